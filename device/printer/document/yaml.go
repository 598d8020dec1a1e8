package document

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image/png"

	"github.com/goccy/go-yaml"
)

// ErrDocument is returned for text that is no document.
var ErrDocument = errors.New("not a printable document")

// entry is one block in a file: exactly one of its fields is set.
type entry struct {
	Text *struct {
		Text   string `yaml:"text"`
		Align  string `yaml:"align"` // left, centre or right
		Bold   bool   `yaml:"bold"`
		Width  int    `yaml:"width"`
		Height int    `yaml:"height"`
	} `yaml:"text"`
	Row *struct {
		Label string `yaml:"label"`
		Value string `yaml:"value"`
		Bold  bool   `yaml:"bold"`
	} `yaml:"row"`
	Columns *struct {
		Cells []struct {
			Text  string `yaml:"text"`
			Width int    `yaml:"width"`
			Align string `yaml:"align"`
		} `yaml:"cells"`
		Bold bool `yaml:"bold"`
	} `yaml:"columns"`
	Rule *struct{} `yaml:"rule"`
	QR   *struct {
		Content string `yaml:"content"`
		Module  int    `yaml:"module"`
	} `yaml:"qr"`
	Barcode *struct {
		Content string `yaml:"content"`
		Height  int    `yaml:"height"`
		NoText  bool   `yaml:"no_text"`
	} `yaml:"barcode"`
	Picture *struct {
		PNG   string `yaml:"png"` // base64
		Align string `yaml:"align"`
	} `yaml:"picture"`
	Box *struct {
		Text string `yaml:"text"`
	} `yaml:"box"`
	Feed *struct {
		Lines int `yaml:"lines"`
	} `yaml:"feed"`
	Cut *struct{} `yaml:"cut"`
}

// Parse reads a document from YAML: a list under blocks, each a mapping with one key, as in
//
//	blocks:
//	  - text: {text: 收件回执, align: centre, bold: true, width: 2, height: 2}
//	  - rule: {}
//	  - row: {label: 办理部门, value: 民政局, bold: false}
//	  - columns: {cells: [{text: 材料}, {text: 份数, width: 6, align: right}], bold: true}
//	  - qr: {content: "HTTPS://SX.EXAMPLE/T/…", module: 5}
//	  - barcode: {content: A0123, height: 80, no_text: false}
//	  - picture: {png: iVBORw0KGgo…, align: centre}
//	  - box: {text: 补打}
//	  - feed: {lines: 2}
//	  - cut: {}
//
// Only the first field of each block must be there. An unknown key is ErrDocument, with the place.
func Parse(data []byte) (Document, error) {
	var file struct {
		Blocks []entry `yaml:"blocks"`
	}
	if err := yaml.UnmarshalWithOptions(data, &file, yaml.Strict()); err != nil {
		return Document{}, fmt.Errorf("%w: %s", ErrDocument, yaml.FormatError(err, false, true))
	}
	var d Document
	for i, e := range file.Blocks {
		b, err := e.block()
		if err != nil {
			return Document{}, fmt.Errorf("%w: block %d: %w", ErrDocument, i+1, err)
		}
		d.Blocks = append(d.Blocks, b)
	}
	if len(d.Blocks) == 0 {
		return Document{}, fmt.Errorf("%w: it has no blocks", ErrDocument)
	}
	return d, nil
}

func (e entry) block() (Block, error) {
	var found []Block
	if t := e.Text; t != nil {
		align, err := parseAlign(t.Align)
		if err != nil {
			return nil, err
		}
		if t.Width < 0 || t.Width > 8 || t.Height < 0 || t.Height > 8 {
			return nil, errors.New("width and height go from 1 to 8")
		}
		found = append(found, Text{Text: t.Text, Align: align, Bold: t.Bold, Width: t.Width, Height: t.Height})
	}
	if r := e.Row; r != nil {
		found = append(found, Row{Label: r.Label, Value: r.Value, Bold: r.Bold})
	}
	if c := e.Columns; c != nil {
		columns := Columns{Bold: c.Bold}
		for _, cell := range c.Cells {
			align, err := parseAlign(cell.Align)
			if err != nil {
				return nil, err
			}
			columns.Cells = append(columns.Cells, Cell{Text: cell.Text, Width: cell.Width, Align: align})
		}
		found = append(found, columns)
	}
	if b := e.Barcode; b != nil {
		found = append(found, Barcode{Content: b.Content, Height: b.Height, NoText: b.NoText})
	}
	if p := e.Picture; p != nil {
		picture, err := parsePicture(p.PNG)
		if err != nil {
			return nil, err
		}
		if picture.Align, err = parseAlign(p.Align); err != nil {
			return nil, err
		}
		found = append(found, picture)
	}
	if e.Cut != nil {
		found = append(found, Cut{})
	}
	if e.Rule != nil {
		found = append(found, Rule{})
	}
	if q := e.QR; q != nil {
		if q.Module < 0 || q.Module > 16 {
			return nil, errors.New("module goes from 1 to 16 dots")
		}
		found = append(found, QR{Content: q.Content, Module: q.Module})
	}
	if e.Box != nil {
		found = append(found, Box{Text: e.Box.Text})
	}
	if f := e.Feed; f != nil {
		if f.Lines < 0 || f.Lines > 50 {
			return nil, errors.New("feed goes from 0 to 50 lines")
		}
		found = append(found, Feed{Lines: f.Lines})
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("has %d kinds, want one of text, row, columns, rule, qr, barcode, picture, box, feed, cut", len(found))
	}
	return found[0], nil
}

func parseAlign(s string) (Align, error) {
	align, ok := map[string]Align{"": Left, "left": Left, "centre": Centre, "right": Right}[s]
	if !ok {
		return Left, fmt.Errorf("align %q is not left, centre or right", s)
	}
	return align, nil
}

// maxSide is more dots than any paper is wide, and a picture longer than any receipt.
const maxSide = 4000

func parsePicture(base64PNG string) (Picture, error) {
	data, err := base64.StdEncoding.DecodeString(base64PNG)
	if err != nil {
		return Picture{}, errors.New("png is not base64")
	}
	size, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return Picture{}, errors.New("png is no PNG picture")
	}
	if size.Width > maxSide || size.Height > maxSide {
		return Picture{}, fmt.Errorf("picture of %d by %d dots", size.Width, size.Height)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return Picture{}, errors.New("png is no whole PNG picture")
	}
	return NewPicture(img), nil
}
