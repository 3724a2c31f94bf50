package sandbox_test

import (
	"testing"

	"jackfield/internal/sandbox"
)

func TestModulesOfNodeDoWhatScriptsUseOfThem(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience})
	for source, want := range map[string]string{
		`require('crypto').createHash('md5').update('a').digest('hex')`:                                    `"0cc175b9c0f1b6a831c399e269772661"`,
		`require('crypto').createHash('sha256').update('a').update(Buffer.from('b')).digest('base64')`:     `"+44g/C5MPySMYMOb1lLzwTRymLuXe4tNWQO4UFViBgM="`,
		`require('crypto').createHmac('sha1', 'k').update('v').digest('hex') === CE.hmacSha1Hex('k', 'v')`: `true`,
		`(() => { const c = require('crypto'), u = c.randomUUID(); return [c.randomBytes(5).length, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(u), c.timingSafeEqual(Buffer.from('a'), Buffer.from('b'))] })()`: `[5,true,false]`,
		`(() => { try { require('crypto').createHash('whirlpool') } catch (e) { return e.message.slice(0, 40) } })()`:                                                                                                                             `"the hash whirlpool is not available: the"`,
		`Buffer.from('ä€😀').toString('base64')`:            `"w6Tigqzwn5iA"`,
		`Buffer.from('w6Tigqzwn5iA', 'base64').toString()`: `"ä€😀"`,
		`[Buffer.from('c3ViPz8_', 'base64url').toString(), Buffer.from('6869', 'hex').toString('utf8'), new Buffer('hi').toString('hex'), Buffer.from('é', 'latin1').length]`:            `["sub???","hi","6869",1]`,
		`Buffer.concat([Buffer.from('a'), Buffer.alloc(2, 'b'), Buffer.from([99])]).toString()`:                                                                                          `"abbc"`,
		`[Buffer.isBuffer(Buffer.alloc(1)), Buffer.byteLength('ä'), Buffer.from('abc').slice(1).toString(), Buffer.from('abc').indexOf('c'), Buffer.from('a').equals(Buffer.from('a'))]`: `[true,2,"bc",2,true]`,
		`(() => { const b = Buffer.alloc(6); b.writeUInt16BE(258, 0); b.writeInt32LE(-2, 2); return [[...b], b.readUInt16BE(0), b.readInt32LE(2)] })()`:                                  `[[1,2,254,255,255,255],258,-2]`,
		`[btoa('é'), atob('6Q==')]`:                                        `["6Q==","é"]`,
		`require('querystring').stringify({a: [1, 2], b: 'x y', c: null})`: `"a=1&a=2&b=x%20y&c="`,
		`require('querystring').parse('a=1&a=2&b=x+y&c&d=%zz')`:            `{"a":["1","2"],"b":"x y","c":"","d":"%zz"}`,
		`(() => { const u = new URL('https://u:p@Example.org:8443/a%20b?x=1#h'); u.searchParams.append('y', 'a b'); return [u.href, u.host, u.origin, u.pathname, u.search, u.hash, u.username] })()`: `["https://u:p@example.org:8443/a%20b?x=1&y=a+b#h","example.org:8443","https://example.org:8443","/a%20b","?x=1&y=a+b","#h","u"]`,
		`[new URL('../c?d', 'https://example.org/a/b').href, new URL('https://example.org:443').href, URL.canParse('x')]`:                                                                             `["https://example.org/c?d","https://example.org/",false]`,
		`(() => { const u = require('url').parse('https://u:p@example.org:81/a?b=1#c', true); return [u.protocol, u.auth, u.host, u.port, u.hostname, u.path, u.query.b, u.hash] })()`:                `["https:","u:p","example.org:81","81","example.org","/a?b=1","1","#c"]`,
		`[require('url').format({protocol: 'https', hostname: 'example.org', port: 8, pathname: '/a', query: {b: 1}}), require('url').resolve('https://example.org/a/b', 'c')]`:                       `["https://example.org:8/a?b=1","https://example.org/a/c"]`,
		`[...new URLSearchParams({a: '1', b: 'x y'})].join() + new URLSearchParams([['a', '&']])`:                                                                                                     `"a,1,b,x ya=%26"`,
		`require('jmespath').search({people: [{name: 'Ada', age: 36}, {name: 'Bob', age: 7}]}, 'people[?age > ` + "`20`" + `].name')`:                                                                 `["Ada"]`,
		`(() => { const z = require('zlib'); return ['gzip', 'deflate', 'deflateRaw'].map((n, i) => z[['gunzip', 'inflate', 'inflateRaw'][i] + 'Sync'](z[n + 'Sync']('ä€')).toString()) })()`:         `["ä€","ä€","ä€"]`,
		`await new Promise(y => require('zlib').gunzip(Buffer.from('x'), e => y(e instanceof Error)))`:                                                                                                `true`,
		`(() => { const z = require('zlib'); let b = Buffer.alloc(5 << 20); b = Buffer.concat([z.gzipSync(b), z.gzipSync(b)]); try { z.gunzipSync(b) } catch (e) { return e.message } })()`:           `"the bytes unpack to more than 8 MiB"`,
		`(() => { const E = require('events'), e = new E(), got = []; e.once('a', x => got.push(x)); e.on('a', x => got.push(-x)); e.emit('a', 1); e.emit('a', 2); return got })()`:                   `[1,-1,-2]`,
	} {
		out, err := p.Run(t.Context(), sandbox.NewScript(source, "done("+source+")", false), sandbox.Input{})
		if err != nil || string(out.Done) != want {
			t.Errorf("%s\ngot  %s\nwant %s %v", source, out.Done, want, err)
		}
	}
}
