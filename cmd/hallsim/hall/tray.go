package hall

import (
	"fmt"
	"reflect"

	"onedoor/cmd/hallsim/dock"
	"onedoor/device/sim"
)

// Tray is the tray of invented people's cards beside the reader.
type Tray struct {
	reader *sim.Reader
	cards  []sim.CardData
}

var _ dock.Tray = (*Tray)(nil)

func newTray(r *sim.Reader) *Tray { return &Tray{reader: r, cards: sim.Cards()} }

// Cards lists the tray; ids are card-1, card-2 and so on.
func (t *Tray) Cards() []dock.Card {
	var out []dock.Card
	for i, c := range t.cards {
		card := dock.Card{ID: cardID(i), Name: c.Name, Kind: kind(c.Kind), Number: c.Number}
		if card.Name == "" {
			card.Name = c.EnglishName
		}
		if c.To == "20190101" {
			card.Note = "已过有效期"
		}
		out = append(out, card)
	}
	return out
}

func cardID(i int) string { return fmt.Sprintf("card-%d", i+1) }

func kind(layout byte) string {
	switch layout {
	case 'J':
		return "港澳台居民居住证"
	case 'I', 'Y':
		return "外国人永久居留身份证"
	default:
		return "居民身份证"
	}
}

// Lay puts a card on the reader.
func (t *Tray) Lay(id string) error {
	for i, c := range t.cards {
		if cardID(i) == id {
			t.reader.Lay(c)
			return nil
		}
	}
	return dock.ErrNoCard
}

// Lift takes the card off.
func (t *Tray) Lift() { t.reader.Lift() }

// Lying is the id of the card on the reader. The reader is asked: a lever may have pulled the card or changed it for another.
func (t *Tray) Lying() string {
	card, there := t.reader.Card()
	for i, c := range t.cards {
		if there && reflect.DeepEqual(c, card) {
			return cardID(i)
		}
	}
	return ""
}
