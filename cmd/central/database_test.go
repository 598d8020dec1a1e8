package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/sync/central"
	"onedoor/sync/central/pgstore/pgtest"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Two centrals on one PostgreSQL, with the same keys, are one platform: a kiosk may talk to either.
func TestTwoCentralsOnOneDatabase(t *testing.T) {
	server, err := pgtest.Start()
	pgtest.Need(t, server, err)
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	database := server.Database(t)
	one, two := t.TempDir(), t.TempDir()
	urlOne, stop := start(t, one, "--database", database)
	dev, private := enrolled(t, one, urlOne, wire.HTTPOptions{}, "")

	refused := func(dir, want string, more ...string) {
		t.Helper()
		args := append([]string{"serve", "--data", dir, "--listen", "127.0.0.1:0", "--tracking-url", "HTTPS://SX.EXAMPLE"}, more...)
		if _, err := call(t, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("serve %v: %v, want %q", more, err, want)
		}
	}
	refused(two, "key file is missing", "--database", database)
	for _, name := range []string{central.KeysFile, central.TokenFile} {
		raw, err := os.ReadFile(filepath.Join(one, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(two, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	urlTwo, _ := start(t, two, "--database", database)

	clients := []*wire.Client{connect(t, urlOne, wire.HTTPOptions{}, dev, private), connect(t, urlTwo, wire.HTTPOptions{}, dev, private)}
	it := health(t, dev, private, 1)
	var acks []*wire.Ack
	for i, want := range []wire.Status{wire.Stored, wire.Duplicate} {
		a, err := clients[i].PostBatch(t.Context(), []*item.Item{it})
		if err != nil || a.Results[0].Status != want || a.Results[0].Ack == nil {
			t.Fatalf("central %d: %+v, %v", i+1, a, err)
		}
		acks = append(acks, a.Results[0].Ack)
	}
	if !bytes.Equal(acks[0].Sig, acks[1].Sig) || acks[0].Position != acks[1].Position {
		t.Errorf("acks differ: %+v and %+v", acks[0], acks[1])
	}
	hello, err := clients[1].Hello(t.Context())
	if err != nil || hello.Through != item.FormatSequence(1) || hello.Epoch != acks[0].Epoch {
		t.Errorf("hello of the second: %+v, %v", hello, err)
	}
	if _, err := call(t, "cases", "--url", urlTwo, "--token-file", filepath.Join(one, central.TokenFile)); err != nil {
		t.Errorf("cases of the second: %v", err)
	}
	if err := stop(); err != nil {
		t.Errorf("stop: %v", err)
	}

	refused(one, "keys and no ledger")
	embedded := t.TempDir()
	_, stop = start(t, embedded)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := call(t, "restore", "--database", database); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("restored while it runs: %v", err)
	}
	refused(embedded, "ledger of its own", "--database", database)
	refused(t.TempDir(), "goes with --database", "--allow-unsafe-database")
	weak := server.Database(t, "synchronous_commit = off")
	refused(t.TempDir(), "synchronous_commit=off", "--database", weak)
	start(t, t.TempDir(), "--database", weak, "--allow-unsafe-database")
	// Two new centrals that met an empty database have each made keys; the second has to use the first one's.
	fresh := server.Database(t)
	start(t, t.TempDir(), "--database", fresh)
	refused(t.TempDir(), "belongs to other keys", "--database", fresh)
}

// TestRestoreOfADatabase: a restored database comes up as another ledger, once nobody has it open.
func TestRestoreOfADatabase(t *testing.T) {
	server, err := pgtest.Start()
	pgtest.Need(t, server, err)
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	database := server.Database(t)
	dir := t.TempDir()
	base, stop := start(t, dir, "--database", database)
	dev, private := enrolled(t, dir, base, wire.HTTPOptions{}, "")
	client := connect(t, base, wire.HTTPOptions{}, dev, private)
	before, err := client.Hello(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client.Close()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	out, err := call(t, "restore", "--database", database)
	if err != nil || strings.Contains(out, before.Epoch) {
		t.Fatalf("restore: %s, %v", out, err)
	}
	base, _ = start(t, dir, "--database", database)
	client = connect(t, base, wire.HTTPOptions{}, dev, private)
	defer client.Close()
	if after, err := client.Hello(t.Context()); err != nil || after.Epoch == before.Epoch || !strings.Contains(out, after.Epoch) {
		t.Errorf("after restore: %+v, %v; said %s", after, err, out)
	}
}
