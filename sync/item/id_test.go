package item

import "testing"

// TestDerivedIDs: the same two give the same id, any others another one, and each is one that an item may bear.
func TestDerivedIDs(t *testing.T) {
	a := DerivedID("01a20288-7701-7a55-8123-9c0e44d21a07", "evaluation")
	if a != DerivedID("01a20288-7701-7a55-8123-9c0e44d21a07", "evaluation") || !validUUID(a) || a[14] != '8' {
		t.Errorf("the id is %s", a)
	}
	for _, other := range []string{DerivedID("01a20288-7701-7a55-8123-9c0e44d21a08", "evaluation"), DerivedID("01a20288-7701-7a55-8123-9c0e44d21a07", "withdrawal"),
		DerivedID("01a20288-7701-7a55-8123-9c0e44d21a07eval", "uation")} {
		if other == a {
			t.Error("two derivations have one id")
		}
	}
}
