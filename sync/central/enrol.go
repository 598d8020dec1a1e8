package central

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"onedoor/sync/tracking"
	"onedoor/sync/wire"
)

// A one-time code is 12 characters in groups of four: 2 that find it, then 50 bits of secret.
const (
	codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // Crockford's base 32: no I, L, O, U
	codeHandle   = 2
	codeLength   = 12
	codeLife     = 15 * time.Minute
	codeTries    = 5
)

// addrKey is the context key of the address that an enrolment comes from.
type addrKey struct{}

type enrolInput struct {
	RawBody []byte `contentType:"application/json"`
}

type enrolAnswer struct{ Body wire.Device }

func (s *Server) enrol(ctx context.Context, in *enrolInput) (*enrolAnswer, error) {
	addr, _ := ctx.Value(addrKey{}).(string)
	var req wire.Enrolment
	if err := json.Unmarshal(in.RawBody, &req); err != nil { // whose words may repeat what was sent
		return nil, newProblem(http.StatusUnprocessableEntity, "", "the body is not an enrolment")
	}
	if req.Suite != s.cfg.Suite.Name() {
		return nil, newProblem(http.StatusUnprocessableEntity, wire.ProblemSuite, "this central uses suite "+s.cfg.Suite.Name())
	}
	if len(req.SignPublic) == 0 || len(req.SignPublic) > 200 {
		return nil, newProblem(http.StatusUnprocessableEntity, "", "the signing key is missing")
	}
	tooMany := newProblem(http.StatusTooManyRequests, "", "too many wrong codes; wait a minute")
	if s.wrongEnrolments.blocked(addr) { // before the store, where a wrong guess would use up a code's tries
		return nil, tooMany
	}
	if err := req.Verify(s.cfg.Suite); err != nil {
		return nil, newProblem(http.StatusUnauthorized, "", "the enrolment is not signed with the key that it brings")
	}
	refused := newProblem(http.StatusForbidden, wire.ProblemCode, "the enrolment code is unknown, used, expired or was tried too often; ask for a new one")
	handle, hash, ok := parseEnrolCode(req.Code)
	var dev Device
	err := ErrCode
	if ok {
		dev, err = s.cfg.Store.Enrol(ctx, EnrolRequest{
			Handle: handle, SecretHash: hash, Suite: req.Suite, SignPublic: req.SignPublic, At: s.cfg.Now(), MaxTries: codeTries,
		})
	}
	if errors.Is(err, ErrCode) {
		within, first := s.wrongEnrolments.wrong(addr)
		if first {
			s.cfg.Logger.Warn("many wrong enrolment codes from one address", "addr", addr)
		}
		if !within { // others were faster
			return nil, tooMany
		}
		return nil, refused
	}
	if err != nil {
		return nil, s.failed("enrol device", err)
	}
	s.cfg.Logger.Info("device enrolled", "source", dev.Source().String(), "number", dev.Number)
	k := s.cfg.Keys
	return &enrolAnswer{wire.Device{
		Hall: dev.Kiosk.Hall, HallName: dev.HallName, Kiosk: dev.Kiosk.Number, Incarnation: dev.Incarnation, Number: dev.Number,
		SignKey: dev.KeyID(), Suite: dev.Suite, SealKey: k.SealID, SealPublic: k.SealPublic, UpstreamKey: k.SignID,
		UpstreamPub: k.SignPublic, TrackingKey: tracking.DeviceKey(k.Tracking, dev.Number),
		TrackingURL: strings.TrimRight(s.cfg.TrackingURL, "/"), Epoch: s.cfg.Store.Epoch(),
	}}, nil
}

// NewEnrolCode makes a one-time code for a kiosk, valid for 15 minutes and 5 tries. hall is 5 digits, number 3.
func (s *Server) NewEnrolCode(ctx context.Context, kiosk Kiosk, hallName string) (code string, expires time.Time, err error) {
	expires = s.cfg.Now().Add(codeLife)
	for range 20 { // the handle of a living code may come up again
		plain := newEnrolCode()
		handle, hash, _ := parseEnrolCode(plain)
		err = s.cfg.Store.SaveCode(ctx, s.cfg.Now(), EnrolCode{Handle: handle, SecretHash: hash, Kiosk: kiosk, HallName: hallName, Expires: expires})
		if err == nil {
			return plain, expires, nil
		}
		if !errors.Is(err, ErrExists) {
			break
		}
	}
	return "", time.Time{}, err
}

func newEnrolCode() string {
	raw := make([]byte, codeLength)
	rand.Read(raw) // never fails
	var b strings.Builder
	for i, r := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(codeAlphabet[r&31])
	}
	return b.String()
}

// parseEnrolCode forgives case, spaces, hyphens, and the letters that look like digits.
func parseEnrolCode(s string) (handle, secretHash string, ok bool) {
	clean := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(s))
	if len(clean) != codeLength || strings.Trim(clean, codeAlphabet) != "" {
		return "", "", false
	}
	d := sha256.Sum256([]byte("onedoor enrolment code" + clean))
	return clean[:codeHandle], hex.EncodeToString(d[:]), true
}
