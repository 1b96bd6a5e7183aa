package store

import (
	"context"
	"fmt"
	"slices"

	"weft/wasm"
)

// MostWatchedOperands is how many operands of a watched instruction are told.
const MostWatchedOperands = 3

// Watched is what code says of an instruction that is watched, before it executes it.
type Watched struct {
	Index    int // among the module's watched instructions
	Operands [MostWatchedOperands]uint64
	Pinned   bool // see Pause
}

// checkWatched refuses what cannot be watched of the offsets, which are in order.
func checkWatched(m *wasm.Module, features wasm.Features, offsets []uint32) error {
	left := offsets
	var reader wasm.CodeReader
	var in wasm.Instr
	for i := range m.Funcs {
		f := &m.Funcs[i]
		end := uint32(f.BodyOffset + len(f.Body))
		if len(left) == 0 || left[0] >= end {
			continue
		}
		reader.Reset(f.Body, f.BodyOffset, features, m.Dialect)
		for reader.Len() > 0 && len(left) > 0 {
			if err := reader.Next(&in); err != nil {
				return err
			}
			switch at := uint32(f.BodyOffset + in.Offset); {
			case at < left[0]:
				continue
			case at > left[0]:
				return notWatchable(left[0], "no instruction begins there")
			case !in.Op.CanWatch() || in.Op == wasm.OpEnd && reader.Len() > 0:
				return notWatchable(left[0],
					in.Op.Info().Name+" neither accesses memory nor calls a function by index, nor returns")
			}
			left = left[1:]
		}
	}
	if len(left) > 0 {
		return notWatchable(left[0], "it is in no function")
	}
	return nil
}

func notWatchable(offset uint32, why string) error {
	return fmt.Errorf("the instruction at offset %#x cannot be watched: %s", offset, why)
}

// NewWatchedModule is NewModule for a module whose code asks a [Scheduler] before the instructions at some offsets.
func NewWatchedModule(
	m *wasm.Module, types *wasm.TypeSet, features wasm.Features, engine Engine, offsets []uint32,
) (*Module, error) {
	offsets = slices.Compact(slices.Sorted(slices.Values(offsets)))
	if err := checkWatched(m, features, offsets); err != nil {
		return nil, err
	}
	return newModule(&Module{Wasm: m, Features: features, Watched: offsets}, types, engine), nil
}

// AskWatcher asks the scheduler, if there is one, before a watched instruction.
func (s *Store) AskWatcher(ctx context.Context, w *Watched) error {
	if s.Scheduler == nil {
		return nil
	}
	return s.Scheduler.Watch(ctx, w)
}
