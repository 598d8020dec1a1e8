package story

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"onedoor/cmd/hallsim/citizen"
	"onedoor/cmd/hallsim/hall"
	"onedoor/cmd/hallsim/visits"
	"onedoor/device/sim"
)

// receipt reads the paper and the screen as a phone would.
func (p *player) receipt(ctx context.Context) error {
	paper, err := p.paper(ctx)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(p.out, "receipt.bin"), paper.Bytes, 0o644); err != nil {
		return err
	}
	if err := writePNG(filepath.Join(p.out, "receipt.png"), paper.Image); err != nil {
		return err
	}
	p.summary.ReceiptBytes = len(paper.Bytes)
	if p.summary.TrackingURL, err = hall.Scan(paper.Image); err != nil {
		return fmt.Errorf("scan the paper: %w", err)
	}
	screen, err := p.picture(ctx)
	if err != nil {
		return err
	}
	if url, err := hall.Scan(screen); err != nil || url != p.summary.TrackingURL {
		return fmt.Errorf("the code on the screen leads to %q, the one on paper to %q: %w", url, p.summary.TrackingURL, err)
	}
	return p.page(ctx, stateGenuine)
}

func (p *player) paper(ctx context.Context) (sim.Paper, error) {
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for {
		select {
		case paper := <-p.papers:
			if !paper.Blank {
				return paper, nil
			}
		case <-ctx.Done():
			return sim.Paper{}, ctx.Err()
		case <-limit.C:
			return sim.Paper{}, errors.New("no paper came out")
		}
	}
}

// page scans the receipt and notes what the page says, which must be want.
func (p *player) page(ctx context.Context, want string) error {
	state, err := p.platform.scanned(ctx, p.summary.TrackingURL)
	if err != nil {
		return err
	}
	if state != want {
		return fmt.Errorf("the receipt's page says %q, the truth is %q", state, want)
	}
	p.summary.StatesSeen = append(p.summary.StatesSeen, state)
	return nil
}

// later is the citizen who comes back another day and holds the receipt before the kiosk's scanner.
func (p *player) later(ctx context.Context) error {
	if err := p.hall.Scanner.Show([]byte(p.summary.TrackingURL)); err != nil {
		return err
	}
	v, err := p.person.WaitFor(ctx, "how far the case is", func(v citizen.View) bool { return v.Screen == "Progress" && v.Shows("部门已受理") })
	if err != nil {
		return err
	}
	if visits.Number(v) != p.summary.CaseNumber || v.Shows("林") {
		return fmt.Errorf("the scanned receipt shows another case, or a person: %v", v)
	}
	if err := p.shoot(ctx, "progress"); err != nil {
		return err
	}
	return p.touch(ctx, "Leave")
}
