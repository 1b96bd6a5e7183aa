package measure

// A Server is an HTTP server that was put under load.
type Server struct {
	Name string
	// What is what a request does.
	What string
	// Connections are open at the same time.
	Connections int
	// Requests are per second, in each round.
	Requests []float64
	// P50 and P99 are latencies in microseconds, in each round.
	P50, P99 []float64
	// PeakKB is the server's peak of resident memory, in KiB.
	PeakKB int64
	// Error is why there is no result; "" if there is one.
	Error string
}
