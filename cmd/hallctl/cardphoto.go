package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"onedoor/device/cardreader"
)

// photoFile is where a card's photo goes. It is made before the card is read, so that no card is read in vain.
type photoFile struct {
	file    *os.File // nil when no photo is wanted
	decoder *cardreader.PhotoDecoder
	whole   bool
}

// newPhotoFile makes the file, and the decoder if there is a command.
func newPhotoFile(path, command string) (*photoFile, error) {
	p := &photoFile{}
	if path == "" {
		return p, nil
	}
	if command != "" {
		var err error
		if p.decoder, err = cardreader.NewPhotoDecoder(cardreader.PhotoConfig{Command: strings.Fields(command)}); err != nil {
			return nil, failure{"photo-decoder", err.Error(), "give the program's full path in --photo-decoder"}
		}
	}
	var err error
	p.file, err = newFile(path)
	return p, err
}

// write writes the photo, as a picture if there is a decoder.
func (p *photoFile) write(ctx context.Context, photo []byte) error {
	switch {
	case p.file == nil:
		return nil
	case len(photo) == 0:
		return failure{"no-photo", "the card holds no photo", ""}
	}
	if p.decoder != nil {
		picture, err := p.decoder.Decode(ctx, photo)
		if err != nil {
			return failure{"photo-decoder", err.Error(), "without --photo-decoder the photo is written as it is on the card"}
		}
		defer picture.Wipe()
		photo = picture.Data
	}
	if _, err := p.file.Write(photo); err != nil {
		return fmt.Errorf("write photo: %w", err)
	}
	p.whole = true
	return nil
}

// close ends the file. One that holds no whole photo is removed.
func (p *photoFile) close() error {
	if p.file == nil {
		return nil
	}
	err := p.file.Close()
	if !p.whole {
		err = errors.Join(err, os.Remove(p.file.Name()))
	}
	if err != nil {
		return fmt.Errorf("write photo: %w", err)
	}
	return nil
}
