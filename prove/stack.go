// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

// stack is bump that takes the newest block back.
type stack struct{ bump }

// resize differs from bump's where the newest block shrinks: it gives its tail back.
func (s stack) resize(k *call) resizing {
	r := s.bump.resize(k)
	end := k.Add(k.old.at, k.size)
	newest := k.newest()
	r.text = "a block that shrinks stays where it is; the newest gives its tail back, and another frees nothing"
	r.then = func(o outcome) term {
		back := k.le(end, o.post.top, k.roundUp(end, k.align))
		top := k.Ite(newest, back, k.Eq(o.post.top, k.pre.top))
		return k.All(k.Eq(o.ret, k.old.at), top, k.Eq(o.post.end, k.pre.end), k.Eq(o.post.pages, k.pre.pages))
	}
	return r
}

// gives says that the newest block is taken back, and no other.
func (stack) gives(k *call) []Obligation {
	to := k.Ite(k.newest(), k.old.at, k.pre.top)
	return []Obligation{k.forAll("top", "the top moves to the start of the newest block, and stays if another is given back", func(o outcome) term {
		return k.And(k.Eq(o.post.top, to), k.Eq(o.post.end, k.pre.end))
	})}
}
