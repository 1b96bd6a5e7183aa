package weft

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"weft/wasm"
)

// A wrapped function is a Go function, and how it is called.
type wrapped struct {
	fn    reflect.Value
	given []reflect.Type // its first parameters, which the call provides
	typ   wasm.FuncType  // of the others, and of the results
	fails bool           // the last result is an error
}

// Wrap makes a host function of a Go function, whose type says that of the function: int32, uint32 and bool are i32;
// int64 and uint64 i64; float32 f32; float64 f64; any an externref that is any Go value; [*Func] a funcref; and [*Object]
// an anyref to a struct or an array. Types that are defined as these will do. Before those there may be, each at
// most once: a [context.Context], that of the call; an [*Instance], the one that calls; and a [*Memory], the one which
// that exports as "memory". Behind the results there may be an error, which means what it does for a [HostFunc].
//
// A call uses reflection and takes about a microsecond. Package typed does without, for functions of numbers.
func (s *Store) Wrap(name string, f any) (*Func, error) {
	if s == nil {
		return nil, errNoStore
	}
	w, err := wrap(f)
	if err != nil {
		return nil, s.refuse(err)
	}
	return w.new(s, name)
}

// wrap looks at the type of a Go function.
func wrap(f any) (*wrapped, error) {
	w := &wrapped{fn: reflect.ValueOf(f)}
	if !w.fn.IsValid() || w.fn.Kind() != reflect.Func {
		return nil, fmt.Errorf("weft: a Go function expected, %T found", f)
	}
	t := w.fn.Type()
	switch {
	case w.fn.IsNil():
		return nil, errNoHostFunc
	case t.IsVariadic():
		return nil, fmt.Errorf("weft: %s: a function of the guest has a fixed number of parameters", t)
	}
	for i := 0; i < t.NumIn() && isGiven(t.In(i)); i++ {
		w.given = append(w.given, t.In(i))
	}
	for i := len(w.given); i < t.NumIn(); i++ {
		v, err := wrappedType(t.In(i))
		if err != nil {
			return nil, fmt.Errorf("weft: %s: parameter %d: %w", t, i+1, err)
		}
		w.typ.Params = append(w.typ.Params, v)
	}
	results := t.NumOut()
	if w.fails = results > 0 && t.Out(results-1) == reflect.TypeFor[error](); w.fails {
		results--
	}
	for i := range results {
		v, err := wrappedType(t.Out(i))
		if err != nil {
			return nil, fmt.Errorf("weft: %s: result %d: %w", t, i+1, err)
		}
		w.typ.Results = append(w.typ.Results, v)
	}
	return w, nil
}

// isGiven reports whether a parameter is none of the guest's.
func isGiven(t reflect.Type) bool {
	return t == reflect.TypeFor[context.Context]() || t == reflect.TypeFor[*Instance]() || t == reflect.TypeFor[*Memory]()
}

// wrappedType returns the type of the guest that a Go type stands for.
func wrappedType(t reflect.Type) (wasm.ValType, error) {
	switch t {
	case reflect.TypeFor[any]():
		return wasm.ExternRef, nil
	case reflect.TypeFor[*Func]():
		return wasm.FuncRef, nil
	case reflect.TypeFor[*Object]():
		return wasm.RefNull(wasm.HeapAny), nil
	case reflect.TypeFor[Value]():
		return wasm.ValType{}, errors.New("a Value has no type of its own: NewValuesFunc takes one")
	}
	switch t.Kind() {
	case reflect.Int32, reflect.Uint32, reflect.Bool:
		return wasm.I32, nil
	case reflect.Int64, reflect.Uint64:
		return wasm.I64, nil
	case reflect.Float32:
		return wasm.F32, nil
	case reflect.Float64:
		return wasm.F64, nil
	case reflect.Int, reflect.Uint, reflect.Uintptr:
		return wasm.ValType{}, fmt.Errorf("%s has no size of its own: use 32 or 64 bits", t)
	}
	if isGiven(t) {
		return wasm.ValType{}, fmt.Errorf("a %s comes before the parameters of the guest", t)
	}
	return wasm.ValType{}, fmt.Errorf("%s stands for no type of the guest", t)
}

// new makes the function one of a store.
func (w *wrapped) new(s *Store, name string) (*Func, error) {
	return s.NewValuesFunc(name, w.typ, func(ctx context.Context, args []Value) ([]Value, error) {
		in := make([]reflect.Value, 0, len(w.given)+len(args))
		for _, t := range w.given {
			in = append(in, s.given(ctx, t))
		}
		for i, v := range args {
			p, err := v.reflect(w.fn.Type().In(len(w.given) + i))
			if err != nil {
				return nil, fmt.Errorf("argument %d: %w", i+1, err)
			}
			in = append(in, p)
		}
		out := w.fn.Call(in)
		if w.fails {
			if err, _ := out[len(out)-1].Interface().(error); err != nil {
				return nil, err
			}
		}
		results := make([]Value, len(w.typ.Results))
		for i, t := range w.typ.Results {
			results[i] = valueOf(out[i], t)
		}
		return results, nil
	})
}

// given returns what a call provides.
func (s *Store) given(ctx context.Context, t reflect.Type) reflect.Value {
	switch t {
	case reflect.TypeFor[*Instance]():
		return reflect.ValueOf(s.Caller())
	case reflect.TypeFor[*Memory]():
		return reflect.ValueOf(s.Caller().Memory("memory"))
	}
	return reflect.ValueOf(&ctx).Elem()
}

// reflect returns a value as one of a Go type that stands for its type.
func (v Value) reflect(t reflect.Type) (reflect.Value, error) {
	p := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Int32:
		p.SetInt(int64(v.I32()))
	case reflect.Int64:
		p.SetInt(v.I64())
	case reflect.Uint32, reflect.Uint64:
		p.SetUint(v.lo)
	case reflect.Bool:
		p.SetBool(v.lo != 0)
	case reflect.Float32:
		// SetFloat would make a signaling NaN a quiet one.
		p.Set(reflect.ValueOf(v.F32()).Convert(t))
	case reflect.Float64:
		p.SetFloat(v.F64())
	default:
		if v.ref == nil {
			return p, nil
		}
		if !reflect.TypeOf(v.ref).AssignableTo(t) {
			return p, fmt.Errorf("a struct or an array expected, %s found", v)
		}
		p.Set(reflect.ValueOf(v.ref))
	}
	return p, nil
}

// valueOf returns what a Go function has returned as a value of a type that its type stands for.
func valueOf(r reflect.Value, t wasm.ValType) Value {
	switch r.Kind() {
	case reflect.Int32:
		return I32(int32(r.Int()))
	case reflect.Int64:
		return I64(r.Int())
	case reflect.Uint32:
		return I32(int32(r.Uint()))
	case reflect.Uint64:
		return I64(int64(r.Uint()))
	case reflect.Bool:
		if r.Bool() {
			return I32(1)
		}
		return I32(0)
	case reflect.Float32:
		return F32(r.Convert(reflect.TypeFor[float32]()).Interface().(float32))
	case reflect.Float64:
		return F64(r.Float())
	}
	switch {
	case r.IsNil():
		return Null(t.Heap)
	case t.Heap == wasm.HeapExtern:
		return ExternRef(r.Interface())
	}
	return Value{typ: wasm.Ref(t.Heap), ref: r.Interface()}
}
