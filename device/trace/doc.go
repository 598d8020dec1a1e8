// Package trace records what goes over the lines of devices, for looking into faults where they happen, and reads such
// records again.
//
// What it guarantees:
//   - Nothing reaches the file but what a Blanker has left of a whole exchange: a question, and all that came before the next.
//     What a device's Blanker does not understand it blanks. The bytes as they were are wiped.
//   - Recording changes no byte of what goes over a line. A file that can not be written ends the recording, not the line,
//     and Close says so.
//   - Memory is bounded, and so is the file.
//   - Times, lengths and the pieces in which bytes came stay what they were, so that a slow, torn or noisy line is seen.
//
// A trace is JSON lines: a head, then one line for each opening of a line and for each piece of bytes, in order.
//
//	{"trace":1,"began":"2025-03-01T09:00:00Z"}
//	{"us":120,"line":1,"what":"open","port":"/dev/ttyUSB0","device":"card-reader","baud":115200}
//	{"us":300,"line":1,"what":"out","hex":"aaaaaa9669000311ffed"}
//	{"us":2810,"line":1,"what":"in","hex":"aaaaaa9669000400009094"}
//	{"us":9000,"line":1,"what":"gone"}
//
// us is microseconds since the trace began; line counts openings. out is to the device, in from it. refused is an opening
// that failed, with its problem; gone is a device that was pulled, close the end of an opening, and full the end of a file
// that has reached its limit.
package trace
