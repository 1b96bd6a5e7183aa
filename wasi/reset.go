package wasi

import "weft"

// Reset makes the system, whose threads are green, one in which nothing has run: with the standard streams, arguments,
// environment, directories and source of randomness of a configuration. What the guest has left open is closed. It is
// for who has set the store back ([weft.Snapshot]); the scheduler has its own Reset.
func (s *System) Reset(c Config) error {
	if s == nil || s.green == nil {
		return errNotGreen
	}
	if err := c.check(); err != nil {
		return err
	}
	s.mu.Lock()
	open := s.descriptors
	for len(s.listed) > 0 {
		s.forget(s.listed[0])
	}
	s.mu.Unlock()
	for _, d := range open {
		if d != nil && !d.preopen {
			d.close()
		}
	}
	c.green = s.config.green
	if c.green.Virtual {
		c.clock = virtualClock{s.green.scheduler}
	}
	s.config, s.begun = c, map[*weft.Instance]error{}
	s.openStandard()
	s.threads.restart()
	s.green.instance, s.green.pinned = nil, false
	s.started = c.clock.Monotonic()
	return nil
}

// restart lets identities of threads begin anew.
func (ts *parallel) restart() {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.last, ts.failed = 0, nil
}
