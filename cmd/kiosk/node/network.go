package node

import (
	"context"

	"onedoor/app/backroom"
	"onedoor/app/config"
	"onedoor/app/doctor"
)

// way has the doctor take the steps to central. It implements backroom.Network.
type way struct {
	file   *config.Config
	voices doctor.Voices
}

// Check implements backroom.Network.
func (w way) Check(ctx context.Context, took func(backroom.Step)) {
	step := func(f doctor.Finding) {
		s := backroom.Step{Name: w.voices.Name(f.Check), Cause: w.voices.Cause(f), Do: w.voices.Do(f)}
		switch f.Verdict {
		case doctor.Fault:
			s.Result = backroom.StepBad
		case doctor.Skipped:
			s.Result = backroom.StepSkipped
		}
		took(s)
	}
	report := doctor.Run(ctx, doctor.Config{Parsed: w.file, Machine: doctor.System(), Only: []doctor.Check{doctor.CheckCable, doctor.CheckAddress, doctor.CheckRoute,
		doctor.CheckName, doctor.CheckTCP, doctor.CheckTLS, doctor.CheckCentral}, Step: step})
	for _, f := range report.Findings {
		if f.Code == doctor.CheckStuck { // no step said so
			step(f)
		}
	}
}
