package wasi

// rights say what may be done with a descriptor.
type rights uint64

const (
	rightDatasync rights = 1 << iota
	rightRead
	rightSeek
	rightSetFlags
	rightSync
	rightTell
	rightWrite
	rightAdvise
	rightAllocate
	rightCreateDirectory
	rightCreateFile
	rightLinkSource
	rightLinkTarget
	rightOpen
	rightReaddir
	rightReadlink
	rightRenameSource
	rightRenameTarget
	rightPathFilestatGet
	rightPathFilestatSetSize
	rightPathFilestatSetTimes
	rightFilestatGet
	rightFilestatSetSize
	rightFilestatSetTimes
	rightSymlink
	rightRemoveDirectory
	rightUnlinkFile
	rightPoll
	rightShutdown
	rightAccept
)

// The rights that kinds of descriptors have at most. rightPathFilestatSetSize is
// not among them: no function needs it.
const (
	fileRights = rightDatasync | rightRead | rightSeek | rightSetFlags | rightSync | rightTell | rightWrite | rightAdvise |
		rightAllocate | rightFilestatGet | rightFilestatSetSize | rightFilestatSetTimes | rightPoll
	directoryRights = rightSetFlags | rightSync | rightDatasync | rightCreateDirectory | rightCreateFile | rightLinkSource | rightLinkTarget |
		rightOpen | rightReaddir | rightReadlink | rightRenameSource | rightRenameTarget | rightPathFilestatGet |
		rightPathFilestatSetTimes | rightFilestatGet | rightFilestatSetTimes | rightSymlink | rightRemoveDirectory | rightUnlinkFile
	streamRights = rightSetFlags | rightFilestatGet | rightPoll
	socketRights = streamRights | rightRead | rightWrite | rightShutdown
	listenRights = streamRights | rightRead | rightAccept
)

// fdFlags are the flags of a descriptor.
type fdFlags uint16

const (
	flagAppend fdFlags = 1 << iota
	flagDsync
	flagNonblock
	flagRsync
	flagSync
	allFdFlags = 1<<iota - 1
)
