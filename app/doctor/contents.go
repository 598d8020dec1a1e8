package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"onedoor/app/catalog"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/assets/fonts"
	"onedoor/device/printer"
)

// catalogue loads the services as the kiosk does.
func (p *patient) catalogue(context.Context) []Finding {
	texts, err := text.Load(assets.Text())
	if err != nil {
		return []Finding{wrong(CheckCatalogue, CatalogueFault).because(err)}
	}
	c, err := catalog.Load(assets.Catalogue(), texts.Languages())
	if err != nil {
		return []Finding{wrong(CheckCatalogue, CatalogueFault).because(err)}
	}
	return []Finding{fine(CheckCatalogue, "version", c.Version, "services", strconv.Itoa(len(c.Services)))}
}

// fonts looks whether every character of the catalogue and of the messages can be drawn.
func (p *patient) fonts(ctx context.Context) []Finding {
	faces, err := printer.NewFonts(fonts.Main(), fonts.Bold(), fonts.Rare())
	if err != nil {
		return []Finding{wrong(CheckFonts, FontGaps, "characters", "*").because(err)}
	}
	used, err := characters(ctx, assets.Text(), assets.Catalogue())
	if err != nil {
		return []Finding{wrong(CheckFonts, FontGaps, "characters", "*").because(err)}
	}
	var gaps []string
	for _, r := range used {
		if !faces.Has(r) {
			gaps = append(gaps, string(r))
		}
	}
	if gaps != nil {
		return []Finding{wrong(CheckFonts, FontGaps, "characters", strings.Join(gaps, " "))}
	}
	return []Finding{fine(CheckFonts, "characters", strconv.Itoa(len(used)))}
}

// characters are those of all files that are seen as such.
func characters(ctx context.Context, folders ...fs.FS) ([]rune, error) {
	used := map[rune]bool{}
	for _, folder := range folders {
		err := fs.WalkDir(folder, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return errors.Join(err, ctx.Err())
			}
			b, err := fs.ReadFile(folder, path)
			for _, r := range string(b) {
				if unicode.IsGraphic(r) && !unicode.IsSpace(r) {
					used[r] = true
				}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	var all []rune
	for r := range used {
		all = append(all, r)
	}
	slices.Sort(all)
	return all, nil
}

// unit asks systemd how the kiosk's unit is.
func (p *patient) unit(ctx context.Context) []Finding {
	said, err := p.Machine.Run(ctx, "systemctl", "show", p.Unit, "--no-pager", "-p", "LoadState,ActiveState,SubState,Result,NRestarts,ExecMainStatus")
	if err != nil {
		return []Finding{wrong(CheckUnit, SkipNoSystemd, "unit", p.Unit).because(err)}
	}
	is := map[string]string{}
	for line := range strings.Lines(string(said)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		is[name] = value
	}
	restarts, err := strconv.Atoi(is["NRestarts"])
	args := []string{"unit", p.Unit, "state", is["ActiveState"], "result", is["Result"], "status", is["ExecMainStatus"], "restarts", is["NRestarts"]}
	const many = 3
	switch {
	case is["LoadState"] == "not-found" || is["LoadState"] == "":
		return []Finding{wrong(CheckUnit, SkipNoUnit, args...)}
	case is["ActiveState"] == "failed":
		return []Finding{wrong(CheckUnit, UnitFailed, args...)}
	case err == nil && restarts >= many && is["ActiveState"] != "active":
		return []Finding{wrong(CheckUnit, UnitRestarts, args...)}
	case is["ActiveState"] == "active", is["ActiveState"] == "activating", is["ActiveState"] == "reloading":
		return []Finding{fine(CheckUnit, args...)}
	}
	return []Finding{wrong(CheckUnit, UnitStopped, args...)}
}

// missing says that a program is not there, rather than that it failed.
func missing(err error) bool {
	return errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist)
}
