// Package console is the page that a kiosk serves on the hall's network, for staff: what is wrong and what to do, who calls
// for help, what waits for central, and the day's numbers.
//
// It guarantees that nothing personal is on it: a visit is a service and a step, an item its kind and its age. Nobody sees it
// without having signed in, and nobody changes anything but with a session that is alive, a token of that session and from
// this very page; whoever was revoked is out within seconds. A session that has been idle too long still shows the page, so
// that a call for help is seen by whoever sits there, and takes the PIN again before anything can be done. Every action, and
// every one that was refused, is handed to the audit log. The number of readers is bounded, and a slow one is dropped and
// delays nobody. The page works without a script; with one it is live.
package console
