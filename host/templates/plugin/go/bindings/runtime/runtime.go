// Package runtime gives the host memory for what it passes in.
package runtime

import (
	"runtime"
	"unsafe"
)

// What is passed in is held until the call has ended.
var held runtime.Pinner

// Unpin lets go of it.
func Unpin() { held.Unpin() }

// Allocate gives memory that stays where it is until it is unpinned.
func Allocate(pinner *runtime.Pinner, size, align uintptr) unsafe.Pointer {
	if size == 0 {
		return nil
	}
	var place unsafe.Pointer
	if align > 4 {
		place = unsafe.Pointer(unsafe.SliceData(make([]uint64, (size+7)/8)))
	} else if align > 1 {
		place = unsafe.Pointer(unsafe.SliceData(make([]uint32, (size+3)/4)))
	} else {
		place = unsafe.Pointer(unsafe.SliceData(make([]byte, size)))
	}
	pinner.Pin(place)
	return place
}

// Before Go has started, only memory that is there from the beginning can be given: the WASI adapter asks for a page.
var (
	early     [192 << 10]byte
	earlyUsed uintptr
	started   bool
)

func init() { started = true }

// The collector reads the clock; while the host waits for memory, nothing of the host may be called.
//
//go:wasmimport wasi_snapshot_preview1 adapter_monotonic_clock_set_paused
func pauseClock(paused bool)

//go:wasmexport cabi_realloc
func reallocate(old unsafe.Pointer, oldSize, align, size uintptr) unsafe.Pointer {
	if old != nil || oldSize != 0 {
		panic("the host never makes memory larger")
	}
	if !started {
		at := uintptr(unsafe.Pointer(&early)) + earlyUsed
		at = (at + align - 1) &^ (align - 1)
		earlyUsed = at + size - uintptr(unsafe.Pointer(&early))
		if earlyUsed > uintptr(len(early)) {
			panic("too little memory before the start")
		}
		return unsafe.Add(unsafe.Pointer(&early), at-uintptr(unsafe.Pointer(&early)))
	}
	pauseClock(true)
	place := Allocate(&held, size, align)
	pauseClock(false)
	return place
}
