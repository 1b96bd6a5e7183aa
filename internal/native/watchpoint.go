package native

import "weft/internal/store"

// watch asks the scheduler before a watched instruction. The builtin has no result; so what is parked keeps nothing.
func (m *machine) askWatcher(a []uint64) bool {
	m.watchpoint = store.Watched{Index: int(a[0]), Operands: [store.MostWatchedOperands]uint64(a[1:]), Pinned: m.IsPinned()}
	return m.obey(m.store.AskWatcher(m.ctx, &m.watchpoint), atCall, keepsResult)
}
