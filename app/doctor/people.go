package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"onedoor/app/audit"
	"onedoor/app/config"
	"onedoor/app/staff"
	"onedoor/sync/item"
)

// audit follows the log's chain and its own checkpoints. Those that central holds it does not ask for.
func (p *patient) audit(ctx context.Context) []Finding {
	if !p.read {
		return []Finding{wrong(CheckAudit, SkipNoConfig)}
	}
	id, err := config.LoadIdentity(p.file.Data)
	if err != nil {
		return []Finding{wrong(CheckAudit, SkipNoKeys)}
	}
	suite, err := item.SuiteNamed(id.Device.Suite)
	if err != nil {
		return []Finding{wrong(CheckAudit, SkipNoKeys)}
	}
	public, err := suite.SignPublic(id.SignPrivate)
	if err != nil {
		return []Finding{wrong(CheckAudit, SkipNoKeys).because(err)}
	}
	dir := filepath.Join(p.file.Data, "audit")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return []Finding{fine(CheckAudit, "entries", "0")}
	}
	r, err := audit.Verify(ctx, audit.VerifyConfig{Dir: dir, Source: id.Device.Source(), Suite: suite, Public: public})
	switch {
	case err != nil:
		return []Finding{wrong(CheckAudit, AuditUnread, "dir", dir).because(err)}
	case r.Finding != nil:
		return []Finding{wrong(CheckAudit, AuditBroken, "dir", dir, "fault", string(r.Finding.Fault), "entry", strconv.FormatUint(r.Finding.From, 10))}
	}
	return []Finding{fine(CheckAudit, "entries", strconv.FormatUint(r.Entries, 10))}
}

// staff looks at the hall's secret, without which no PIN can be checked.
func (p *patient) staff(ctx context.Context) []Finding {
	switch {
	case !p.read:
		return []Finding{wrong(CheckStaff, SkipNoConfig)}
	case p.file.Staff.Pepper == "":
		return []Finding{wrong(CheckStaff, SkipNotSet)}
	}
	path := p.file.Staff.Pepper
	key, err := staff.KeyFile(path).Key(ctx)
	clear(key)
	if err != nil {
		return []Finding{wrong(CheckStaff, StaffPepper, "file", path).because(err)}
	}
	if info, err := os.Stat(path); err == nil && !p.serves.may(info, 4) && !listed(path) {
		return []Finding{wrong(CheckStaff, StaffPepper, "file", path)}
	}
	return []Finding{fine(CheckStaff, "file", path)}
}
