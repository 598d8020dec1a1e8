package readiness

import (
	"onedoor/app/catalog"
	"onedoor/app/health"
	"onedoor/app/text"
)

// Judge says of each service whether it can be had with what is wrong, and what there is to mend, in every language of texts,
// those of the screens. What is only noted takes nothing away and is left out.
func Judge(wrong health.Problems, services []*catalog.Service, texts *text.Catalogue) ([]Service, []Problem) {
	said := func(key string) text.Local {
		all := text.Local{}
		for _, lang := range texts.Languages() {
			all[lang] = texts.In(lang).T(key)
		}
		return all
	}
	var problems []Problem
	for _, p := range wrong {
		if p.Severity > health.Info {
			problems = append(problems, Problem{Code: string(p.Code), Since: p.Since, Cause: said(p.Cause()), Do: said(p.Remedy())})
		}
	}
	var all []Service
	for _, s := range services {
		v := wrong.Service(s)
		one := Service{ID: s.ID, Title: s.Title, Extent: Extent(v.Extent.String())}
		for _, p := range v.Because {
			one.Because = append(one.Because, string(p.Code))
		}
		all = append(all, one)
	}
	return all, problems
}
