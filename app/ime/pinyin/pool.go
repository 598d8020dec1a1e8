package pinyin

import (
	"cmp"
	"slices"
)

// made is a name before it is put together.
type made struct {
	surname, first, last string
	to, cost             int
	ends                 uint64
	fuzzy                bool
}

// poolSize is how many names are kept: some are the same name made in two ways.
const poolSize = 3 * maxNames

// pool keeps the likeliest names of the many that letters can make.
type pool struct {
	all   []made
	limit int // what is dearer is not among them; 0 as long as none were dropped
}

// add keeps a name, and says whether it was likely enough.
func (p *pool) add(m made) bool {
	if p.limit > 0 && m.cost >= p.limit {
		return false
	}
	if p.all = append(p.all, m); len(p.all) == 4*poolSize {
		p.sort()
		p.all = p.all[:poolSize]
		p.limit = p.all[poolSize-1].cost + 1
	}
	return true
}

func (p *pool) sort() {
	slices.SortStableFunc(p.all, func(x, y made) int {
		return cmp.Or(x.cost-y.cost, cmp.Compare(x.surname, y.surname), cmp.Compare(x.first, y.first), cmp.Compare(x.last, y.last))
	})
}

// best puts the likeliest names together.
func (p *pool) best() []item {
	p.sort()
	var list []item
	for _, m := range p.all {
		c := item{text: m.surname + m.first + m.last, to: m.to, cost: m.cost, ends: m.ends, fuzzy: m.fuzzy}
		if !slices.ContainsFunc(list, func(had item) bool { return had.text == c.text }) {
			list = append(list, c)
		}
		if len(list) == maxNames {
			break
		}
	}
	return list
}
