// Package hall is the hall's own business, apart from any citizen's: calls for help, and how many visits there were.
//
// It guarantees that nothing in it is personal: a call says at which kiosk, with which service and at which step somebody
// wants help, never who. A call is answered by one member of staff at most, a call that has ended stays ended, and whoever
// watches hears of every change, late perhaps but never of an older state after a newer one. All of it may be used by any
// goroutine.
package hall
