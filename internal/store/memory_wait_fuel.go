package store

import (
	"context"
	"math"
	"time"

	"weft/wasm"
)

// waitPrice is how long a thread may wait for a unit of fuel, so that a guest
// whose fuel is counted comes to an end.
const waitPrice = time.Microsecond

// Wait is [SharedMemory.Wait] for a thread of the store, which pays for it if its fuel is
// counted.
func (s *Store) Wait(ctx context.Context, m *SharedMemory, addr uint64, equal func() bool, timeout time.Duration) (WaitResult, wasm.TrapCode, error) {
	if !s.FuelEnabled {
		result, err := m.Wait(ctx, addr, equal, timeout)
		return result, wasm.TrapNone, err
	}
	limit, start := s.affordable(timeout), time.Now()
	result, err := m.Wait(ctx, addr, equal, limit)
	if err != nil {
		return 0, wasm.TrapNone, err
	}
	s.Fuel -= min(s.Fuel, uint64(time.Since(start)/waitPrice))
	if result == WaitTimedOut && limit != timeout {
		s.Fuel = 0
		return 0, wasm.TrapFuelExhausted, nil
	}
	return result, wasm.TrapNone, nil
}

// affordable returns the part of a timeout, which is negative for none, that the
// fuel is enough for.
func (s *Store) affordable(timeout time.Duration) time.Duration {
	most := time.Duration(min(s.Fuel, uint64(math.MaxInt64/waitPrice))) * waitPrice
	if timeout < 0 || timeout > most {
		return most
	}
	return timeout
}
