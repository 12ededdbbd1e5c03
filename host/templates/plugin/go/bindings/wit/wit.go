// Package wit holds the types that the interface language has and Go has not.
package wit

// Tags of an Option.
const (
	OptionNone = 0
	OptionSome = 1
)

// Tags of a Result.
const (
	ResultOk  = 0
	ResultErr = 1
)

// Unit is the value of a result that has none.
type Unit struct{}

// Option is a value or none. Its zero value is none.
type Option[T any] struct {
	some  bool
	value T
}

// Some is a value.
func Some[T any](value T) Option[T] { return Option[T]{true, value} }

// None is no value.
func None[T any]() Option[T] { return Option[T]{} }

// Tag says which it is.
func (o Option[T]) Tag() uint8 {
	if o.some {
		return OptionSome
	}
	return OptionNone
}

// IsSome says whether there is a value.
func (o Option[T]) IsSome() bool { return o.some }

// Some is the value; there must be one.
func (o Option[T]) Some() T {
	if !o.some {
		panic("there is no value")
	}
	return o.value
}

// Or is the value, else the one given.
func (o Option[T]) Or(other T) T {
	if o.some {
		return o.value
	}
	return other
}

// Result is a value or an error.
type Result[T, E any] struct {
	failed bool
	value  T
	err    E
}

// Ok is a value.
func Ok[T, E any](value T) Result[T, E] { return Result[T, E]{value: value} }

// Err is an error.
func Err[T, E any](err E) Result[T, E] { return Result[T, E]{failed: true, err: err} }

// Tag says which it is.
func (r Result[T, E]) Tag() uint8 {
	if r.failed {
		return ResultErr
	}
	return ResultOk
}

// IsOk says whether there is a value.
func (r Result[T, E]) IsOk() bool { return !r.failed }

// Ok is the value; there must be one.
func (r Result[T, E]) Ok() T {
	if r.failed {
		panic("the result is an error")
	}
	return r.value
}

// Err is the error; there must be one.
func (r Result[T, E]) Err() E {
	if !r.failed {
		panic("the result is not an error")
	}
	return r.err
}
