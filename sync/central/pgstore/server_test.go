package pgstore_test

import (
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/central/pgstore"
	"onedoor/sync/central/pgstore/pgtest"
	"onedoor/sync/wire"
)

func config(url string) pgstore.Config {
	return pgstore.Config{Database: url, Logger: slog.New(slog.DiscardHandler)}
}

// own starts a server that the test may kill.
func own(t *testing.T, settings ...string) *pgtest.Server {
	t.Helper()
	s, err := pgtest.Start(settings...)
	pgtest.Need(t, s, err)
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// at is the URL of a server's database by way of other directories.
func at(s *pgtest.Server, dirs string) string {
	return strings.Replace(s.URL("postgres"), url.QueryEscape(s.Dir()), url.QueryEscape(dirs), 1)
}

func kill(t *testing.T, s *pgtest.Server) {
	t.Helper()
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
}

// C6: a database whose commits a power cut can undo is refused, and says what is off.
func TestUnsafeDatabaseIsRefused(t *testing.T) {
	weak := own(t, "fsync=off", "full_page_writes=off")
	for url, settings := range map[string][]string{
		weak.URL("postgres"): {"fsync=off", "full_page_writes=off"}, database(t, "synchronous_commit = off"): {"synchronous_commit=off"},
	} {
		_, err := pgstore.Open(t.Context(), config(url))
		if !errors.Is(err, pgstore.ErrUnsafe) {
			t.Errorf("%v: %v, want ErrUnsafe", settings, err)
			continue
		}
		for _, setting := range settings {
			if !strings.Contains(err.Error(), setting) {
				t.Errorf("%v does not name %s", err, setting)
			}
		}
		cfg := config(url)
		cfg.AllowUnsafe = true
		s, err := pgstore.Open(t.Context(), cfg)
		if err != nil {
			t.Fatalf("allowed: %v", err)
		}
		if o := ingest(t, s, opening(1))[0]; o.Status != wire.Stored {
			t.Errorf("allowed: %+v", o)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestUnusableDatabases(t *testing.T) {
	if _, err := pgstore.Open(t.Context(), config("postgres://u:secret@/x?host=/nowhere")); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("no server: %v", err)
	}
	if _, err := pgstore.Open(t.Context(), config("postgres://u:secret@ x")); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("no URL: %v", err)
	}
	if _, err := pgstore.Open(t.Context(), pgstore.Config{}); err == nil {
		t.Error("an empty configuration opened")
	}
}

// C7: a server that takes over without the last commits is another ledger to kiosks, which then send again.
func TestFailoverBeginsANewEpoch(t *testing.T) {
	first := own(t)
	if err := open(t, first.URL("postgres")).Close(); err != nil {
		t.Fatal(err)
	}
	second := first.Copy(t)
	addr := at(first, second.Dir()+","+first.Dir()) + "&target_session_attrs=read-write"
	s := open(t, addr)
	epoch := s.Epoch()
	lost := opening(1)
	ingest(t, s, lost)
	kill(t, first)
	second.Promote(t)

	limit := time.After(60 * time.Second)
	for stopped := false; !stopped; {
		_, err := s.Ingest(t.Context(), time.Now(), []central.Entry{opening(2)})
		if err == nil {
			t.Fatal("the store went on under the old epoch")
		}
		select {
		case <-s.Failed():
			stopped = true
		case <-limit:
			t.Fatalf("the store did not stop: %v", err)
		default:
		}
	}
	if _, err := s.Ingest(t.Context(), time.Now(), []central.Entry{lost}); !errors.Is(err, central.ErrStopped) {
		t.Errorf("ingest after the takeover: %v, want ErrStopped", err)
	}
	again := open(t, addr)
	if again.Epoch() == epoch {
		t.Error("the epoch is still the old one")
	}
	if o := ingest(t, again, lost)[0]; o.Status != wire.Stored {
		t.Errorf("what was lost, sent again: %+v", o)
	}
	if third := open(t, addr); third.Epoch() != again.Epoch() {
		t.Errorf("a second start on the new server has epoch %s, the first %s", third.Epoch(), again.Epoch())
	}
}

// A standby is no place for a ledger.
func TestStandbyIsRefused(t *testing.T) {
	first := own(t)
	second := first.Copy(t)
	second.Restart(t)
	if _, err := pgstore.Open(t.Context(), config(second.URL("postgres"))); !errors.Is(err, pgstore.ErrStandby) {
		t.Errorf("open: %v, want ErrStandby", err)
	}
}

// C1: a database that was restored from a copy of its files is marked by hand.
func TestRestoredLedgerHasANewEpoch(t *testing.T) {
	url := database(t)
	s := open(t, url)
	e := opening(1)
	ingest(t, s, e)
	if _, err := pgstore.Restored(t.Context(), config(url)); !errors.Is(err, central.ErrLocked) {
		t.Errorf("while it is open: %v, want ErrLocked", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	epoch, err := pgstore.Restored(t.Context(), config(url))
	if err != nil || epoch == "" || epoch == s.Epoch() {
		t.Fatalf("epoch %q after %q, %v", epoch, s.Epoch(), err)
	}
	again := open(t, url)
	if again.Epoch() != epoch {
		t.Errorf("opened with epoch %s, want %s", again.Epoch(), epoch)
	}
	if o := ingest(t, again, e)[0]; o.Status != wire.Duplicate {
		t.Errorf("what was there: %+v", o)
	}
}

// Only one set of keys is used on a ledger, whoever came first.
func TestKeysAreClaimed(t *testing.T) {
	url := database(t)
	a, b := open(t, url), open(t, url)
	for i, tt := range []struct {
		s    *pgstore.Store
		keys string
		want error
	}{{a, "one", nil}, {b, "two", pgstore.ErrOtherKeys}, {b, "one", nil}, {a, "one", nil}} {
		if err := tt.s.Claim(t.Context(), tt.keys); !errors.Is(err, tt.want) {
			t.Errorf("claim %d: %v, want %v", i+1, err, tt.want)
		}
	}
}
