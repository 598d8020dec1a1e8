package printer

import "fmt"

// code128Bars are the widths of bars and spaces for the values 0 to 105 of ISO/IEC 15417, each eleven modules wide.
const code128Bars = "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122" +
	"123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123" +
	"131321112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311" +
	"213131311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412" +
	"122114122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211" +
	"212141214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232"

const code128Stop = "2331112"

// The values that switch and begin.
const (
	code128ToC    = 99
	code128ToB    = 100
	code128StartB = 104
	code128StartC = 105
)

// code128 is printable ASCII as a bar code of one row, one dot a module, without its quiet zones. Even runs of digits are
// packed two by two.
func code128(content string) (Bitmap, error) {
	if content == "" {
		return Bitmap{}, fmt.Errorf("%w: empty bar code", ErrContent)
	}
	var values []int
	inC := false
	for i := 0; i < len(content); {
		c := content[i]
		if c < 0x20 || c > 0x7E {
			return Bitmap{}, fmt.Errorf("%w: bar code holds other than printable ASCII", ErrContent)
		}
		run := 0
		for i+run < len(content) && content[i+run] >= '0' && content[i+run] <= '9' {
			run++
		}
		// Switching costs a symbol, so it is worth it for four digits, or when it is C already.
		if pack := run >= 4 || inC && run >= 2 || i == 0 && run >= 2 && run == len(content); pack && run%2 == 0 || inC && run >= 2 {
			if !inC {
				values = append(values, start(i, code128StartC, code128ToC))
				inC = true
			}
			values = append(values, int(c-'0')*10+int(content[i+1]-'0'))
			i += 2
			continue
		}
		if inC || i == 0 {
			values = append(values, start(i, code128StartB, code128ToB))
			inC = false
		}
		values = append(values, int(c-0x20))
		i++
	}
	sum := values[0]
	for i, v := range values[1:] {
		sum += (i + 1) * v
	}
	widths := ""
	for _, v := range append(values, sum%103) {
		widths += code128Bars[6*v : 6*v+6]
	}
	widths += code128Stop
	b := NewBitmap(11*(len(values)+1)+13, 1)
	x := 0
	for i, w := range widths {
		n := int(w - '0')
		if i%2 == 0 {
			b.fill(x, 0, n, 1)
		}
		x += n
	}
	return b, nil
}

// start is the first symbol, or the one that switches later on.
func start(at, first, later int) int {
	if at == 0 {
		return first
	}
	return later
}
