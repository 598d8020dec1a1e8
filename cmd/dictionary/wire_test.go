package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onedoor/app/catalog"
	"onedoor/assets/dictionaries"
	"onedoor/sync/item"
	"onedoor/sync/tracking"
	"onedoor/sync/wire"
)

// strangers have no word in common with the people of the training but what everybody has.
func strangers() *people {
	return newPeople(vocabulary{
		surnames:  []rune("姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙史陶贺毛段郝顾龚邵万覃武钱戴严莫孔向常汤"),
		given:     []rune("诗琪思远嘉豪俊熙彤博睿泽晨曦若萱哲瀚琳瑶璐琴莲芝菊荷松柏森林山川河湖"),
		provinces: strings.Fields("广东省 四川省 湖南省 贵州省 江西省"),
		cities:    strings.Fields("河源市源城区 绵阳市涪城区 岳阳市云溪区 遵义市红花岗区 赣州市章贡区 东源县 安岳县"),
		roads:     strings.Fields("凯丰路 剑南东街 巴陵西道 香港路 红旗大道 灯塔镇 石羊乡 万绿湖大街"),
		houses:    []string{"%d号之一", "西座%d层%d房", "%d组%d号附%d号"},
	})
}

// line is an upstream that counts what arrives, with headers and all, and never gives an answer that counts.
type line struct {
	*httptest.Server
	bytes atomic.Int64
}

type counted struct {
	net.Listener
	line *line
}

func (c counted) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	return countedConn{conn, c.line}, err
}

type countedConn struct {
	net.Conn
	line *line
}

func (c countedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.line.bytes.Add(int64(n))
	return n, err
}

func newLine(t *testing.T) *line {
	l := &line{}
	l.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotFound) }))
	l.Listener = counted{l.Listener, l}
	l.Start()
	t.Cleanup(l.Close)
	return l
}

// cost sends the items in one batch by the client that kiosks have, and gives the bytes that went over the line.
func (l *line) cost(t *testing.T, sealer item.Sealer, items []*item.Item) int {
	t.Helper()
	_, public, err := sealer.Suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	src, err := item.ParseSource(items[0].Source)
	if err != nil {
		t.Fatal(err)
	}
	client, err := wire.NewClient(wire.ClientConfig{BaseURL: l.URL, Suite: sealer.Suite, Source: src, SignKey: sealer.SignKey, SignPriv: sealer.SignPriv,
		UpstreamKey: "up", UpstreamPub: public, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	before := l.bytes.Load()
	if _, err := client.PostBatch(t.Context(), items); err == nil {
		t.Fatal("an answer that is none counted")
	}
	return int(l.bytes.Load() - before)
}

// weights are what a case weighs on its way, each the mean in bytes.
type weights struct{ payload, packed, sealed, json, wire, alone int }

func weigh(t *testing.T, l *line, suite item.Suite, d *item.Dictionary, c *catalog.Catalogue) weights {
	t.Helper()
	_, sealPub, err := suite.GenerateSealKey()
	if err != nil {
		t.Fatal(err)
	}
	signPriv, _, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	sealer := item.Sealer{Suite: suite, SealKey: "central-seal-0123456789ab", SealPublic: sealPub, SignKey: "44011-107-01", SignPriv: signPriv, Dictionary: d}
	empty, err := suite.Seal(sealPub, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var w weights
	var items []*item.Item
	applicants, prev, now := strangers(), item.Genesis, time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for i := range wire.MaxBatchItems {
		service := c.Services[i%len(c.Services)]
		payload, err := applicants.payload(service)
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(3*time.Minute + 217*time.Millisecond)
		it := &item.Item{ID: item.NewID(now), Source: "urn:hall:44011:107:01", Type: item.TypeSubmission, Subject: "service/" + service.ID,
			Time: item.FormatTime(now), CaseID: item.NewID(now), CaseSeq: item.FormatCaseSeq(1), Sequence: item.FormatSequence(uint64(1700 + i)), Prev: prev,
			ReceiptNo: fmt.Sprintf("4401110701%06d%s", 1700+i, applicants.digits(4)), TrackHash: tracking.New(7, make([]byte, 32)).Hash(), Catalogue: c.Version}
		if err := sealer.Finish(it, payload); err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(it)
		if err != nil {
			t.Fatal(err)
		}
		prev = it.Digest().String()
		items = append(items, it)
		w.payload, w.packed, w.sealed, w.json = w.payload+len(payload), w.packed+len(it.Data)-len(empty), w.sealed+len(it.Data), w.json+len(raw)
	}
	n := len(items)
	return weights{w.payload / n, w.packed / n, w.sealed / n, w.json / n, l.cost(t, sealer, items) / n, l.cost(t, sealer, items[:1])}
}

// On a line of 64 kbit/s a plain case of 2 KB costs at most 700 bytes, with everything that goes over the line in a full
// batch. Its dictionary was trained on the catalogue, and never on the applicants.
func TestAPlainCaseOnTheLine(t *testing.T) {
	today, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	published, err := item.LoadDictionaries(dictionaries.FS)
	if err != nil {
		t.Fatal(err)
	}
	big := large(t)
	raw, err := train(big, item.MinDictionary)
	if err != nil {
		t.Fatal(err)
	}
	ofBig, err := item.ParseDictionary(raw)
	if err != nil {
		t.Fatal(err)
	}
	l := newLine(t)
	for _, suite := range item.Suites() {
		for _, tt := range []struct {
			name          string
			catalogue     *catalog.Catalogue
			dictionary    *item.Dictionary
			least, packed int // bytes of the payload at least, compressed at most
			wire          int // at most
		}{
			{"the catalogue's own cases", today, published.Newest(), 700, 200, 600},
			{"a case of 2 KB", big, ofBig, 2000, 300, 700},
			{"a case of 2 KB without a dictionary", big, nil, 2000, 2000, 2500},
		} {
			w := weigh(t, l, suite, tt.dictionary, tt.catalogue)
			t.Logf("%s, %s: payload %d, compressed %d, sealed %d, item %d, on the line %d in a batch of %d and %d alone",
				suite.Name(), tt.name, w.payload, w.packed, w.sealed, w.json, w.wire, wire.MaxBatchItems, w.alone)
			if w.payload < tt.least || w.packed > tt.packed || w.wire > tt.wire {
				t.Errorf("%s, %s: %+v; want a payload of %d bytes or more in %d, and %d on the line", suite.Name(), tt.name, w, tt.least, tt.packed, tt.wire)
			}
		}
	}
}
