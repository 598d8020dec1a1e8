package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/wire"
)

// operator is how the commands reach a running central.
type operator struct {
	URL       string `default:"http://127.0.0.1:8480" help:"Address of the running central."`
	TokenFile string `required:"" name:"token-file" type:"existingfile" help:"File operator-token of central's data directory."`
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 16 << 20

// call asks the staff API and decodes its answer into out.
func (o operator) call(ctx context.Context, method, path string, in, out any) error {
	token, err := os.ReadFile(o.TokenFile)
	if err != nil {
		return fmt.Errorf("read operator token: %w", err)
	}
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode request: %w", err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(o.URL, "/")+path, body)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	if in != nil {
		req.Header.Set("Content-Type", wire.TypeJSON)
	}
	client := &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the token goes nowhere else
	}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("central does not answer: %w", err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("read central's answer: %w", err)
	}
	if res.StatusCode/100 != 2 {
		var p wire.Problem
		if err := json.Unmarshal(raw, &p); err != nil || p.Detail == "" {
			return fmt.Errorf("central answered %s", res.Status)
		}
		return fmt.Errorf("central refused (%d): %s", res.StatusCode, p.Detail)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("read central's answer: %w", err)
	}
	return nil
}

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

type enrolCodeCmd struct {
	operator
	Hall     string `required:"" help:"Number of the hall, 5 digits."`
	HallName string `required:"" name:"hall-name" help:"Name of the hall as citizens know it."`
	Kiosk    string `required:"" help:"Number of the kiosk in the hall, 3 digits."`
	JSON     bool   `name:"json" help:"Print JSON."`
}

// Run prints the code.
func (c *enrolCodeCmd) Run(ctx context.Context, stdout io.Writer) error {
	in := map[string]string{"hall": c.Hall, "hall_name": c.HallName, "kiosk": c.Kiosk}
	var out central.EnrolCodeView
	if err := c.call(ctx, http.MethodPost, "/api/v1/enrolment-codes", in, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(stdout, out)
	}
	_, err := fmt.Fprintf(stdout, "%s\nvalid until %s, for one kiosk\n", out.Code, out.Expires)
	return err
}

type casesCmd struct {
	operator
	Limit int  `default:"100" help:"At most so many, up to 500."`
	JSON  bool `name:"json" help:"Print JSON."`
}

// Run prints the list.
func (c *casesCmd) Run(ctx context.Context, stdout io.Writer) error {
	var out central.CaseList
	if err := c.call(ctx, http.MethodGet, fmt.Sprintf("/api/v1/cases?limit=%d", c.Limit), nil, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(stdout, out)
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RECEIPT\tSTAGE\tSERVICE\tHALL\tDELIVERED\tOFFICIAL NO")
	for _, v := range out.Cases {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", v.ReceiptNo, v.Stage, v.Service.In("zh-Hans"), v.HallName, v.Delivered, v.OfficialNo)
	}
	fmt.Fprintf(w, "%d in total\n", out.Count)
	return w.Flush()
}

type stageCmd struct {
	operator
	ReceiptNo string `arg:"" name:"receiptno" help:"Receipt number, 20 digits; spaces are forgiven."`
	Stage     string `arg:"" enum:"accepted,returned,done" help:"accepted, returned or done."`
	Official  string `name:"official-no" help:"Official number; made when a case is accepted without one."`
	Note      string `help:"Note for staff."`
	JSON      bool   `name:"json" help:"Print JSON."`
}

// Run moves the case and prints where it is now.
func (c *stageCmd) Run(ctx context.Context, stdout io.Writer) error {
	no := strings.ReplaceAll(c.ReceiptNo, " ", "")
	if no == "" {
		return errors.New("the receipt number is empty")
	}
	in := map[string]string{"stage": c.Stage, "official_no": c.Official, "note": c.Note}
	var out central.CaseView
	if err := c.call(ctx, http.MethodPost, "/api/v1/cases/"+url.PathEscape(no)+"/stage", in, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(stdout, out)
	}
	_, err := fmt.Fprintf(stdout, "%s is %s %s\n", out.ReceiptNo, out.Stage, out.OfficialNo)
	return err
}
