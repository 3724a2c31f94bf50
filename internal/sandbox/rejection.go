package sandbox

import (
	"errors"
	"reflect"
	"strings"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libquickjs"
	"modernc.org/quickjs"
)

// A promise that fails and that nothing waits for would end a script as if it had chosen to do nothing:
// the engine tells its host about such promises, but its Go package does not pass that on, so this
// file reaches for the engine below it. A version of the package that looks different inside is an error at the start
// of every machine, which no test overlooks.

// maxRejections is how many failed promises of one call are kept; any of them is enough to say what went wrong.
const maxRejections = 64

// rejections are the promises of a machine that failed and that nothing handles so far.
type rejections struct {
	tls     *libc.TLS
	context uintptr
	failed  []rejection
	listen  func(*libc.TLS, uintptr, libquickjs.TJSValue, libquickjs.TJSValue, int32, uintptr) // kept: the engine's pointer does not
}

type rejection struct{ promise, reason libquickjs.TJSValue }

// watchRejections listens to a machine. Its promises and reasons must be let go before the machine is closed.
func watchRejections(vm *quickjs.VM) (*rejections, error) {
	inside := reflect.ValueOf(vm).Elem()
	context, engine := inside.FieldByName("cContext"), inside.FieldByName("runtime")
	if context.Kind() != reflect.Uintptr || engine.Kind() != reflect.Pointer || engine.IsNil() {
		return nil, errors.New("the engine's package looks different inside")
	}
	runtime, tls := engine.Elem().FieldByName("cRuntime"), engine.Elem().FieldByName("tls")
	if runtime.Kind() != reflect.Uintptr || !tls.IsValid() || tls.Type() != reflect.TypeFor[*libc.TLS]() {
		return nil, errors.New("the engine's package looks different inside")
	}
	r := &rejections{tls: (*libc.TLS)(tls.UnsafePointer()), context: uintptr(context.Uint())}
	r.listen = r.hear
	libquickjs.XJS_SetHostPromiseRejectionTracker(r.tls, uintptr(runtime.Uint()), *(*uintptr)(unsafe.Pointer(&r.listen)), 0)
	return r, nil
}

// hear is called by the engine: when a promise fails that nothing handles, and when something handles it after all.
func (r *rejections) hear(tls *libc.TLS, context uintptr, promise, reason libquickjs.TJSValue, handled int32, _ uintptr) {
	if handled == 0 {
		if len(r.failed) < maxRejections {
			r.failed = append(r.failed, rejection{libquickjs.XDupValue(tls, context, promise), libquickjs.XDupValue(tls, context, reason)})
		}
		return
	}
	for i, f := range r.failed {
		if f.promise == promise {
			r.failed = append(r.failed[:i], r.failed[i+1:]...)
			r.free(f)
			return
		}
	}
}

func (r *rejections) free(f rejection) {
	libquickjs.XFreeValue(r.tls, r.context, f.promise)
	libquickjs.XFreeValue(r.tls, r.context, f.reason)
}

// letGo frees what is kept.
func (r *rejections) letGo() {
	for _, f := range r.failed {
		r.free(f)
	}
	r.failed = nil
}

// offerReason puts the reason of the first failed promise on the global object, as its own property __rejected. A
// script that bars that name is told less.
func (r *rejections) offerReason() error {
	name, err := libc.CString("__rejected")
	if err != nil {
		return err
	}
	defer libc.Xfree(r.tls, name)
	global := libquickjs.XJS_GetGlobalObject(r.tls, r.context)
	reason := libquickjs.XDupValue(r.tls, r.context, r.failed[0].reason)
	libquickjs.XJS_DefinePropertyValueStr(r.tls, r.context, global, name, reason, configurable)
	libquickjs.XFreeValue(r.tls, r.context, global)
	return nil
}

// configurable is the engine's JS_PROP_CONFIGURABLE.
const configurable = 1

// explain reads the reason in the script's own machine, as what it throws is read: nothing in it is trusted.
const explain = `(function (e) {
  let message = "thrown: something that cannot be shown", stack = "";
  try {
    if (e instanceof Error) { stack = String(e.stack); message = e.name + ": " + e.message; } else message = "thrown: " + (typeof e === "string" ? e : JSON.stringify(e));
  } catch (_) { /* an error whose parts throw */ }
  return message + "\u0000" + stack;
})(globalThis.__rejected)`

// unhandled reports a promise that failed and that nothing waited for.
func (b *bridge) unhandled() error {
	if len(b.rejections.failed) == 0 || b.report.outcome != finished {
		return nil
	}
	if err := b.rejections.offerReason(); err != nil {
		return err
	}
	said, err := b.vm.Eval(foreign+explain, quickjs.EvalGlobal)
	if err != nil {
		return err
	}
	text, ok := said.(string)
	if !ok {
		text = "a promise failed"
	}
	message, stack, _ := strings.Cut(text, "\x00")
	b.thrown([]string{"error", message, stack})
	return nil
}
