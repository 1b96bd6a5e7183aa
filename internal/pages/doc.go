// Package pages asks the system for the pages of memory before they are touched.
//
// Memory that is new has no pages: the system makes each when it is written first, which takes the processor a fault
// and on a virtual machine up to 4 µs. Without this package a start that reads a large module, or copies its data, is
// half faults. So who is about to write much says so.
package pages
