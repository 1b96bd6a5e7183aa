package weft

import "weft/internal/store"

// A Place is one in the source from which a module was compiled; see [Frame.Source].
type Place = store.Place
