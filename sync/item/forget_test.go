package item

import (
	"bytes"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"unsafe"

	"github.com/klauspost/compress/zstd"
)

// memory collects every byte that can be reached from a value, spare capacity too.
type memory struct {
	seen    map[unsafe.Pointer]bool
	regions [][]byte
}

func (m *memory) region(at unsafe.Pointer, size uintptr) {
	if size > 0 {
		m.regions = append(m.regions, unsafe.Slice((*byte)(at), size))
	}
}

func (m *memory) visit(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if at := v.UnsafePointer(); !v.IsNil() && !m.seen[at] {
			m.seen[at] = true
			m.region(at, v.Type().Elem().Size())
			m.visit(v.Elem())
		}
	case reflect.Interface:
		if !v.IsNil() {
			m.visit(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			m.visit(v.Field(i))
		}
	case reflect.Array:
		if holdsPointers(v.Type().Elem()) {
			for i := range v.Len() {
				m.visit(v.Index(i))
			}
		}
	case reflect.Slice:
		if v.Cap() == 0 || m.seen[v.UnsafePointer()] {
			return
		}
		m.seen[v.UnsafePointer()] = true
		m.region(v.UnsafePointer(), uintptr(v.Cap())*v.Type().Elem().Size())
		if holdsPointers(v.Type().Elem()) {
			for i := range v.Len() {
				m.visit(v.Index(i))
			}
		}
	case reflect.Chan:
		open := reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem() // so that it may be received from
		for range v.Len() {
			one, _ := open.Recv()
			m.visit(one)
			open.Send(one)
		}
	}
}

func holdsPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Chan, reflect.Map, reflect.Struct, reflect.Array:
		return true
	}
	return false
}

// traces counts the pieces of n bytes of secret that are in the memory of an encoder and not in its dictionary. A piece of
// 4 bytes, as they stand in tables of matches, counts only where an entry may begin.
func traces(w *zstd.Encoder, d *Dictionary, secret []byte, n int) int {
	m := &memory{seen: map[unsafe.Pointer]bool{}}
	m.visit(reflect.ValueOf(w))
	found := 0
	for i := range len(secret) - n + 1 {
		piece := secret[i : i+n]
		if bytes.Contains(d.raw, piece) {
			continue
		}
		for _, r := range m.regions {
			if at := bytes.Index(r, piece); at >= 0 && (n > 4 || at%4 == 0) {
				found++
			}
		}
	}
	return found
}

// An encoder that is used again holds nothing of what the last visitor typed, neither plain nor packed: I10.
func TestUsedEncoderForgets(t *testing.T) {
	d := published(t).Newest()
	plain := plainCase(t)
	typed := []byte("龚泽晨|990105198803150418|源城区凯丰路67号之一|13900000417|12栋1904室|2023-08-17")
	for _, size := range []int{0, len(plain), 3000, 9000, maxShared} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			payload := append(bytes.Clone(plain), newStory(size-len(plain))...)
			if size == 0 {
				payload = typed
			}
			p, err := parse(t, d.raw).packer()
			if err != nil {
				t.Fatal(err)
			}
			packed := encode(p.encoder, payload)
			end := packed[len(packed)/2:] // before it, the coder's table tells how often a byte comes up, but not where
			if traces(p.encoder, d, typed, 4) == 0 || traces(p.encoder, d, typed, 6) == 0 || traces(p.encoder, d, end, 8) == 0 {
				t.Fatal("an encoder that was not wiped seems to hold nothing: this test sees too little")
			}
			p.wipe(len(payload))
			for _, size := range []int{4, 6} {
				if n := traces(p.encoder, d, typed, size); n > 0 {
					t.Errorf("%d pieces of %d bytes of what was typed are left", n, size)
				}
			}
			if n := traces(p.encoder, d, payload[max(0, len(payload)-500):], 6); n > 0 {
				t.Errorf("%d pieces of the end are left", n)
			}
			if n := traces(p.encoder, d, end, 8); n > 0 {
				t.Errorf("%d pieces of what was packed are left", n)
			}
			if again := encode(p.encoder, payload); !bytes.Equal(again, packed) {
				t.Error("a wiped encoder packs the same payload otherwise")
			}
		})
	}
}

// newStory is n bytes that hardly repeat.
func newStory(n int) []byte {
	b := make([]byte, 0, max(0, n)+20)
	for i := 0; len(b) < n; i++ {
		b = fmt.Appendf(b, "%x.", uint32(i)*2654435761)
	}
	return b[:max(0, n)]
}

// Many visitors at once have each their own encoder.
func TestDictionaryIsSharedSafely(t *testing.T) {
	d := published(t).Newest()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				plain := append(plainCase(t), newStory(1+i*997+j)...)
				packed, err := compress(plain, d)
				if err != nil {
					t.Error(err)
					return
				}
				if back, err := inflate(packed, d); err != nil || !bytes.Equal(back, plain) {
					t.Errorf("visitor %d, case %d: %v", i, j, err)
				}
			}
		})
	}
	wg.Wait()
}
