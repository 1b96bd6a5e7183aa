package validate

import "weft/wasm"

// rules are the typing rules of the instructions whose row in the table of
// instructions has the signature "*".
var rules = [len(wasm.Instructions)]func(*body) error{
	// control.go
	wasm.OpUnreachable:        (*body).unreachable,
	wasm.OpBlock:              (*body).block,
	wasm.OpLoop:               (*body).block,
	wasm.OpIf:                 (*body).block,
	wasm.OpElse:               (*body).elseBlock,
	wasm.OpEnd:                (*body).end,
	wasm.OpBr:                 (*body).br,
	wasm.OpBrIf:               (*body).brIf,
	wasm.OpBrTable:            (*body).brTable,
	wasm.OpReturn:             (*body).ret,
	wasm.OpCall:               (*body).call,
	wasm.OpCallIndirect:       (*body).call,
	wasm.OpCallRef:            (*body).call,
	wasm.OpReturnCall:         (*body).returnCall,
	wasm.OpReturnCallIndirect: (*body).returnCall,
	wasm.OpReturnCallRef:      (*body).returnCall,

	// exceptions.go
	wasm.OpThrow:    (*body).throw,
	wasm.OpThrowRef: (*body).throwRef,
	wasm.OpTryTable: (*body).tryTable,
	wasm.OpTry:      (*body).block,
	wasm.OpCatch:    (*body).catch,
	wasm.OpCatchAll: (*body).catchAll,
	wasm.OpDelegate: (*body).delegate,
	wasm.OpRethrow:  (*body).rethrow,

	// parametric.go, locals.go
	wasm.OpDrop:        (*body).drop,
	wasm.OpSelect:      (*body).selectUntyped,
	wasm.OpSelectTyped: (*body).selectTyped,
	wasm.OpLocalGet:    (*body).localGet,
	wasm.OpLocalSet:    (*body).localSet,
	wasm.OpLocalTee:    (*body).localTee,
	wasm.OpGlobalGet:   (*body).globalGet,
	wasm.OpGlobalSet:   (*body).globalSet,

	// table.go
	wasm.OpTableGet:   (*body).tableGet,
	wasm.OpTableSet:   (*body).tableSet,
	wasm.OpTableInit:  (*body).tableInit,
	wasm.OpTableCopy:  (*body).tableCopy,
	wasm.OpTableGrow:  (*body).tableGrow,
	wasm.OpTableSize:  (*body).tableSize,
	wasm.OpTableFill:  (*body).tableFill,
	wasm.OpMemoryCopy: (*body).memoryCopy,

	// reference.go
	wasm.OpRefNull:          (*body).refNull,
	wasm.OpRefIsNull:        (*body).refIsNull,
	wasm.OpRefFunc:          (*body).refFunc,
	wasm.OpRefAsNonNull:     (*body).refAsNonNull,
	wasm.OpBrOnNull:         (*body).brOnNull,
	wasm.OpBrOnNonNull:      (*body).brOnNonNull,
	wasm.OpRefTest:          (*body).refTest,
	wasm.OpRefTestNull:      (*body).refTest,
	wasm.OpRefCast:          (*body).refCast,
	wasm.OpRefCastNull:      (*body).refCast,
	wasm.OpBrOnCast:         (*body).brOnCast,
	wasm.OpBrOnCastFail:     (*body).brOnCast,
	wasm.OpAnyConvertExtern: (*body).anyConvertExtern,
	wasm.OpExternConvertAny: (*body).externConvertAny,
	wasm.OpRefI31:           (*body).refI31,
	wasm.OpI31GetS:          (*body).i31Get,
	wasm.OpI31GetU:          (*body).i31Get,

	// aggregate.go
	wasm.OpStructNew:        (*body).structNew,
	wasm.OpStructNewDefault: (*body).structNewDefault,
	wasm.OpStructGet:        (*body).structGet,
	wasm.OpStructGetS:       (*body).structGetPacked,
	wasm.OpStructGetU:       (*body).structGetPacked,
	wasm.OpStructSet:        (*body).structSet,
	wasm.OpArrayNew:         (*body).arrayNew,
	wasm.OpArrayNewDefault:  (*body).arrayNewDefault,
	wasm.OpArrayNewFixed:    (*body).arrayNewFixed,
	wasm.OpArrayNewData:     (*body).arrayNewSegment,
	wasm.OpArrayNewElem:     (*body).arrayNewSegment,
	wasm.OpArrayGet:         (*body).arrayGet,
	wasm.OpArrayGetS:        (*body).arrayGetPacked,
	wasm.OpArrayGetU:        (*body).arrayGetPacked,
	wasm.OpArraySet:         (*body).arraySet,
	wasm.OpArrayLen:         (*body).arrayLen,
	wasm.OpArrayFill:        (*body).arrayFill,
	wasm.OpArrayCopy:        (*body).arrayCopy,
	wasm.OpArrayInitData:    (*body).arrayInit,
	wasm.OpArrayInitElem:    (*body).arrayInit,

	// stackswitching.go
	wasm.OpContNew:        (*body).contNew,
	wasm.OpContBind:       (*body).contBind,
	wasm.OpSuspendTo:      (*body).suspendTo,
	wasm.OpResumeWith:     (*body).resumeWith,
	wasm.OpSuspend:        (*body).suspend,
	wasm.OpResume:         (*body).resume,
	wasm.OpResumeThrow:    (*body).resumeThrow,
	wasm.OpResumeThrowRef: (*body).resumeThrowRef,
	wasm.OpSwitch:         (*body).switchTo,
	wasm.OpBarrier:        (*body).block,
}
