package printer

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/goccy/go-yaml"
)

// Cutter is what the printer can do at the end of a paper.
type Cutter string

// The cutters.
const (
	CutterNone    Cutter = "none"
	CutterPartial Cutter = "partial"
	CutterFull    Cutter = "full"
)

// Proof is how the printer tells that a job is done.
type Proof string

// The proofs, best first.
const (
	ProofProcessID Proof = "process-id" // GS ( H: sent when the printing before it is complete
	ProofQueued    Proof = "queued"     // GS r: sent when the interpreter gets there
	ProofNone      Proof = "none"       // every job ends as Unknown
)

// QRWay is how a QR code gets onto the paper.
type QRWay string

// The ways.
const (
	QRNative QRWay = "native" // by the printer's own command; printers without it print rubbish text
	QRRaster QRWay = "raster" // as a picture
)

// Charset is which characters the printer's own font can be trusted with. All are sent as GB 18030.
type Charset string

// The character sets, each larger than the one before.
const (
	CharsetGB2312  Charset = "gb2312"
	CharsetGBK     Charset = "gbk"
	CharsetGB18030 Charset = "gb18030" // also the four-byte characters of CJK extension A
)

// Profile is what a printer model can do. Printers differ; what a model does stands in its own manual.
type Profile struct {
	Name     string  `yaml:"name"`
	Columns  int     `yaml:"columns"`     // ASCII columns; a Chinese character takes two
	Dots     int     `yaml:"dots"`        // dots across the paper
	DPI      int     `yaml:"dpi"`         // dots an inch
	Charset  Charset `yaml:"charset"`     //
	Cutter   Cutter  `yaml:"cutter"`      //
	Proof    Proof   `yaml:"proof"`       //
	Realtime bool    `yaml:"realtime"`    // answers DLE EOT
	Auto     bool    `yaml:"auto_status"` // tells its state by itself after GS a 0E
	Raster   bool    `yaml:"raster"`      // takes pictures (GS v 0)
	QR       QRWay   `yaml:"qr"`          //
	QRSize   int     `yaml:"qr_size"`     // least width of a QR code in tenths of a millimetre
	FeedEnd  int     `yaml:"feed_end"`    // empty lines before the cut, or before the tear bar without a cutter
	LineMS   int     `yaml:"line_ms"`     // time to print one line, in milliseconds, for the wait limit
	EpsonCut bool    `yaml:"epson_cut"`   // knows the cut that feeds to the knife by itself
}

// Generic80 is a usual 80 mm printer with a cutter.
func Generic80() Profile {
	return Profile{
		Name: "generic-80", Columns: 48, Dots: 576, DPI: 203, Charset: CharsetGBK, Cutter: CutterPartial, Proof: ProofQueued,
		Realtime: true, Raster: true, QR: QRNative, QRSize: 250, FeedEnd: 1, LineMS: 40, EpsonCut: true,
	}
}

// Generic58 is a usual 58 mm printer with a cutter.
func Generic58() Profile {
	p := Generic80()
	p.Name, p.Columns, p.Dots = "generic-58", 32, 384
	return p
}

// ParseProfile reads a profile from YAML. Fields that are left out are those of Generic80; unknown fields are errors.
func ParseProfile(b []byte) (Profile, error) {
	p := Generic80()
	if err := yaml.UnmarshalWithOptions(b, &p, yaml.Strict()); err != nil {
		return Profile{}, fmt.Errorf("printer profile: %w", err)
	}
	if err := p.Validate(); err != nil {
		return Profile{}, err
	}
	return p, nil
}

// LoadProfiles reads all profiles of a folder: files named <name>.yaml, each with that name inside.
func LoadProfiles(files fs.FS) (map[string]Profile, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("printer profiles: %w", err)
	}
	out := make(map[string]Profile, len(names))
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("printer profiles: %w", err)
		}
		p, err := ParseProfile(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if p.Name+".yaml" != name {
			return nil, fmt.Errorf("%s: the name inside is %q", name, p.Name)
		}
		out[p.Name] = p
	}
	return out, nil
}

// Validate names every fault of a profile.
func (p Profile) Validate() error {
	var faults []error
	between := func(field string, v, low, high int) {
		if v < low || v > high {
			faults = append(faults, fmt.Errorf("%s is %d, not %d to %d", field, v, low, high))
		}
	}
	between("columns", p.Columns, 16, 96)
	between("dots", p.Dots, 192, 1280)
	between("dpi", p.DPI, 100, 600)
	between("qr_size", p.QRSize, 100, 600)
	between("feed_end", p.FeedEnd, 0, 20)
	between("line_ms", p.LineMS, 1, 2000)
	switch p.Cutter {
	case CutterNone, CutterPartial, CutterFull:
	default:
		faults = append(faults, fmt.Errorf("cutter is %q", p.Cutter))
	}
	switch p.Proof {
	case ProofProcessID, ProofQueued, ProofNone:
	default:
		faults = append(faults, fmt.Errorf("proof is %q", p.Proof))
	}
	switch p.Charset {
	case CharsetGB2312, CharsetGBK, CharsetGB18030:
	default:
		faults = append(faults, fmt.Errorf("charset is %q", p.Charset))
	}
	switch {
	case p.QR != QRNative && p.QR != QRRaster:
		faults = append(faults, fmt.Errorf("qr is %q", p.QR))
	case p.QR == QRRaster && !p.Raster:
		faults = append(faults, errors.New("qr is raster, but the printer takes no pictures"))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("printer profile %q: %w", p.Name, err)
	}
	return nil
}
