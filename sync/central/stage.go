package central

import (
	"errors"
	"fmt"

	"onedoor/sync/wire"
)

// ErrStage is returned for a change that would move a case backwards or past a stage it has to go through.
var ErrStage = errors.New("case cannot go from this stage to that one")

// follows lists where staff may move a case. 补正 (returned) may come before or after 受理 and leads back on to it;
// 办结 (done) is final.
func follows(from wire.Stage) []wire.Stage {
	switch from {
	case wire.StageDelivered:
		return []wire.Stage{wire.StageAccepted, wire.StageReturned}
	case wire.StageAccepted:
		return []wire.Stage{wire.StageDone, wire.StageReturned}
	case wire.StageReturned:
		return []wire.Stage{wire.StageAccepted}
	default:
		return nil
	}
}

// advance decides what moving c to step does. unchanged is true for a repetition, which is no error and no change.
func advance(c *Case, step Step) (next Step, unchanged bool, err error) {
	if step.Stage == c.Stage && (step.OfficialNo == "" || step.OfficialNo == c.OfficialNo) {
		return Step{}, true, nil
	}
	for _, to := range follows(c.Stage) {
		if to != step.Stage {
			continue
		}
		if to != wire.StageAccepted {
			step.OfficialNo = ""
			return step, false, nil
		}
		switch {
		case c.OfficialNo != "" && step.OfficialNo != "" && step.OfficialNo != c.OfficialNo:
			return Step{}, false, fmt.Errorf("%w: it already has the official number %s", ErrStage, c.OfficialNo)
		case c.OfficialNo != "":
			step.OfficialNo = c.OfficialNo
		case step.OfficialNo == "":
			step.OfficialNo = officialNo(c, step)
		}
		return step, false, nil
	}
	return Step{}, false, fmt.Errorf("%w: from %s to %s", ErrStage, c.Stage, step.Stage)
}

// officialNo makes a number for departments that give none: hall, day, and the case's place in the ledger, which no
// other case has.
func officialNo(c *Case, step Step) string {
	return fmt.Sprintf("%s-%s-%06d", c.Kiosk.Hall, step.At.Format("20060102"), c.Position)
}
