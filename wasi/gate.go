package wasi

import "context"

// A gate lets one thread pass at a time to what may take long: files of the host,
// readers and writers of the embedder, code of the guest. Unlike at a mutex, a wait
// ends with the context.
type gate chan struct{}

func newGate() gate { return make(gate, 1) }

// pass waits for the gate; the one who has passed it must leave.
func (g gate) pass(ctx context.Context) error {
	select {
	case g <- struct{}{}:
		return nil
	default:
	}
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return eIntr
	}
}

func (g gate) leave() { <-g }
