package pgstore_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"onedoor/sync/central"
	"onedoor/sync/central/pgstore"
	"onedoor/sync/central/storetest"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

var kiosk = central.Kiosk{Hall: "44011", Number: "107"}

const source = "urn:hall:44011:107:01"

// health makes item seq of the kiosk, which belongs to no case.
func health(seq uint64) central.Entry {
	now := time.Unix(1_790_000_000, 0)
	it := item.Item{ID: item.NewID(now), Source: source, Sequence: item.FormatSequence(seq), Data: []byte("sealed")}
	return central.Entry{Item: it, Digest: it.Digest(), Effect: central.EffectNone}
}

// opening makes item seq of the kiosk, which opens a case.
func opening(seq uint64) central.Entry {
	e := health(seq)
	e.Effect, e.Item.CaseID, e.Item.CaseSeq = central.EffectOpen, item.NewID(time.Unix(1_790_000_000, 0)), item.FormatCaseSeq(1)
	e.Digest = e.Item.Digest()
	return e
}

func ingest(t *testing.T, s central.Store, e ...central.Entry) []central.Outcome {
	t.Helper()
	out, err := s.Ingest(t.Context(), time.Now(), e)
	if err != nil {
		t.Fatalf("ingest: %v", err)
	}
	return out
}

// N7 and N8 on two processes: the same batches to both at once, in different orders.
func TestTwoStoresAreOneLedger(t *testing.T) {
	url := database(t)
	a, b := open(t, url), open(t, url)
	if a.Epoch() != b.Epoch() {
		t.Fatalf("epochs %s and %s", a.Epoch(), b.Epoch())
	}
	storetest.Fleet(t, a, b)
}

// What one process changes wakes who waits in another.
func TestChangeWakesTheOtherProcess(t *testing.T) {
	url := database(t)
	a, b := open(t, url), open(t, url)
	woken := a.Changed(kiosk)
	e := opening(1)
	ingest(t, b, e)
	wait(t, woken)
	woken = a.Changed(kiosk)
	if _, err := b.Advance(t.Context(), central.Change{Kiosk: kiosk, CaseID: e.Item.CaseID, IfVersion: 1, Step: central.Step{Stage: wire.StageAccepted, At: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	wait(t, woken)
}

func wait(t *testing.T, ch <-chan struct{}) {
	t.Helper()
	select {
	case <-ch:
	case <-time.After(20 * time.Second):
		t.Fatal("it did not happen")
	}
}

// Two kiosks that claim one case, one receipt number and one code at once: one of them has each, and both are told.
func TestClaimsOfTwoKiosksMeet(t *testing.T) {
	url := database(t)
	stores := []*pgstore.Store{open(t, url), open(t, url)}
	for round := range uint64(20) {
		mine := opening(round + 1)
		mine.Item.ReceiptNo, mine.Item.TrackHash = item.FormatSequence(round+1), "hash "+item.FormatSequence(round)
		mine.Digest = mine.Item.Digest()
		theirs := mine
		theirs.Item.Source, theirs.Item.ID = "urn:hall:44011:108:01", item.NewID(time.Unix(1_790_000_000, 0))
		if round%2 == 0 { // a case of their own, with the number and the code of ours
			theirs.Item.CaseID = item.NewID(time.Unix(1_790_000_000, 0))
		}
		theirs.Digest = theirs.Item.Digest()
		outcomes := make([]central.Outcome, 2)
		var wg sync.WaitGroup
		for i, e := range []central.Entry{mine, theirs} {
			wg.Go(func() {
				out, err := stores[i].Ingest(t.Context(), time.Now(), []central.Entry{e})
				if err != nil {
					t.Error(err)
					return
				}
				outcomes[i] = out[0]
			})
		}
		wg.Wait()
		alarms, conflicts := 0, 0
		for _, o := range outcomes {
			if o.Alarm != "" {
				alarms++
			}
			if o.Status == wire.Conflict {
				conflicts++
			}
		}
		if round%2 == 0 && (alarms != 1 || conflicts != 0) || round%2 == 1 && conflicts != 1 {
			t.Errorf("round %d: %+v", round, outcomes)
		}
	}
}

// However many start at once on an empty database, it is made once.
func TestManyMigrateAtOnce(t *testing.T) {
	url := database(t)
	epochs := make([]string, 4)
	var wg sync.WaitGroup
	for i := range epochs {
		wg.Go(func() {
			s, err := pgstore.Open(t.Context(), config(url))
			if err != nil {
				t.Error(err)
				return
			}
			epochs[i] = s.Epoch()
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, e := range epochs {
		if e == "" || e != epochs[0] {
			t.Errorf("epochs %q", epochs)
		}
	}
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	url := database(t)
	if err := open(t, url).Close(); err != nil {
		t.Fatal(err)
	}
	sql(t, url, "INSERT INTO schema_migrations (version, name) VALUES (9999, 'of a later version')")
	if _, err := pgstore.Open(t.Context(), config(url)); !errors.Is(err, pgstore.ErrNewer) {
		t.Errorf("open: %v, want ErrNewer", err)
	}
}

func TestLedgerIsAppendOnly(t *testing.T) {
	url := database(t)
	s := open(t, url)
	e := opening(1)
	ingest(t, s, e)
	for _, table := range []string{"ledger", "readings", "released", "conflicts"} {
		for _, statement := range []string{"UPDATE " + table + " SET digest = ''", "UPDATE " + table + " SET position = 9", "DELETE FROM " + table, "TRUNCATE " + table + " CASCADE"} {
			err := try(t, url, statement)
			var refused *pgconn.PgError
			if !errors.As(err, &refused) {
				t.Errorf("%s: %v", statement, err)
				continue
			}
			noColumn := refused.Code == "42703"
			if !noColumn && !strings.Contains(refused.Message, "append-only") {
				t.Errorf("%s: %v", statement, err)
			}
		}
	}
	if row, err := s.Row(t.Context(), source, e.Item.ID); err != nil || row.Entry.Digest != e.Digest {
		t.Errorf("row: %+v, %v", row, err)
	}
}

// A database that says that its disk is full has taken nothing in.
func TestFullDisk(t *testing.T) {
	url := database(t)
	s := open(t, url)
	sql(t, url, `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$`,
		"CREATE TRIGGER full_disk BEFORE INSERT ON ledger FOR EACH STATEMENT EXECUTE FUNCTION full_disk()")
	e := opening(1)
	if _, err := s.Ingest(t.Context(), time.Now(), []central.Entry{e}); !errors.Is(err, central.ErrFull) {
		t.Errorf("ingest: %v, want ErrFull", err)
	}
	sql(t, url, "DROP TRIGGER full_disk ON ledger")
	if o := ingest(t, s, e)[0]; o.Status != wire.Stored || o.Position != 1 {
		t.Errorf("with space again: %+v", o)
	}
}

// A row that does not hold what was written is not given out.
func TestDamageIsNoticed(t *testing.T) {
	url := database(t)
	s := open(t, url)
	e := opening(1)
	ingest(t, s, e)
	sql(t, url, "ALTER TABLE ledger DISABLE TRIGGER append_only", "UPDATE ledger SET data = 'altered'")
	if row, err := s.Row(t.Context(), source, e.Item.ID); !errors.Is(err, pgstore.ErrDamaged) {
		t.Errorf("row: %+v, %v", row, err)
	}
}

// sql runs statements beside the store.
func sql(t *testing.T, url string, statements ...string) {
	t.Helper()
	for _, one := range statements {
		if err := try(t, url, one); err != nil {
			t.Fatalf("%s: %v", one, err)
		}
	}
}

func try(t *testing.T, url, statement string) error {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), statement)
	return err
}
