package codegen

import (
	"reflect"
	"testing"
)

// fill gives everything that a value has a content that is not zero, each another.
func fill(v reflect.Value, next *uint64) {
	*next++
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type() == reflect.TypeFor[Site]() && v.Type().Field(i).Name == "detail" {
				continue // the test numbers details itself
			}
			fill(v.Field(i), next)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range v.Len() {
			fill(v.Index(i), next)
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(*next % 100)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(*next))
	default:
		panic("fill does not know " + v.Type().String())
	}
}

// TestEncode checks that nothing of the code is forgotten: it fails if a field is added that
// AppendCode does not know.
func TestEncode(t *testing.T) {
	full, next := &Code{}, uint64(0)
	fill(reflect.ValueOf(full).Elem(), &next)
	for i := range full.Sites {
		full.Sites[i].Offset = uint32(10 * i)
	}
	for i := range full.Calls {
		full.Calls[i].Offset = uint32(10 * i)
	}
	for i := range full.Sites {
		full.Sites[i].detail = int32(i) + 1
	}
	full.Sites[1] = Site{Offset: 10, Pos: 5, Trap: 3}
	full.Sites[2].detail, full.Details = 2, full.Details[:2]
	full.Sites[0].Switch, full.Sites[2].Switch, full.Calls[1].Indirect = SwitchTo, NoSwitch, false
	full.Details[1].Number = -1
	for _, c := range []*Code{{Bytes: []byte{}}, full} {
		b := AppendCode(nil, c)
		got, err := DecodeCode(b)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(c, got) {
			t.Errorf("encoded and decoded, %+v became %+v", c, got)
		}
		// Whatever is wrong with it, it is an error or code, and never a panic.
		for i := range b {
			if _, err := DecodeCode(b[:i]); err == nil {
				t.Errorf("%d bytes of %d are code", i, len(b))
			}
			for bit := range 8 {
				damaged := append([]byte(nil), b...)
				damaged[i] ^= 1 << bit
				_, _ = DecodeCode(damaged)
			}
		}
	}
}
