package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"

	"onedoor/app/config"
	"onedoor/app/console"
)

type consoleCommand struct {
	Config string `required:"" type:"existingfile" help:"The kiosk's configuration."`
}

// consoleLine is where the page is.
type consoleLine struct {
	URL    string `json:"url"`
	SHA256 string `json:"sha256"`        // of the certificate, as browsers show it
	Own    bool   `json:"own,omitempty"` // the kiosk made it itself: browsers ask whether to trust it
}

// Run prints address and fingerprint. The kiosk may be running.
func (c *consoleCommand) Run(e *env) error {
	file, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(file.Console.Listen)
	if err != nil {
		return failure{"no-console", "the configuration has no console.listen", "write for instance console: {listen: \":8443\"} and start the kiosk"}
	}
	if host == "" {
		if host, err = os.Hostname(); err != nil {
			return fmt.Errorf("find the name of this machine: %w", err)
		}
	}
	l := consoleLine{URL: "https://" + net.JoinHostPort(host, port) + "/", Own: file.Console.Cert == ""}
	if l.Own {
		l.SHA256, err = console.OwnFingerprint(console.Dir(file.Data))
	} else {
		l.SHA256, err = console.FileFingerprint(file.Console.Cert)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && l.Own:
		return failure{"no-certificate", "the kiosk has made no certificate yet", "start it once"}
	case err != nil:
		return err
	}
	return e.say(l, func(w io.Writer) {
		fmt.Fprintf(w, "%s\nSHA-256 %s\n", l.URL, l.SHA256)
		if l.Own {
			fmt.Fprintln(w, "The browser asks whether to trust it: compare the fingerprint, then say yes once.")
		}
	})
}
