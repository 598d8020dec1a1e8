// Package staff lets the people of the hall in, and says what each of them may do.
//
// It guarantees that nobody is in without a PIN, and that no try is free: a wrong one is counted on the disk before it is
// looked at, from the fifth on each waits twice as long as the one before, and the fifteenth locks the member until a
// supervisor or central unlocks. No clock that can be set plays a part in that, and neither does a restart. An id that there
// is none of costs as much time as one that there is, and is answered in the same words. What was checked last by central is
// believed for Config.Validity; after that only supervisors get in. A revocation ends the member's sessions in the call that
// brings it. Every try, sign-out, lock, refusal and every action done through Do is in the audit log; where that can not be
// written nobody gets in.
//
// PINs are kept as argon2id of an HMAC under the hall's pepper, which lies outside of the data directory: whoever has only
// the disk can try nothing.
package staff
