// SPDX-License-Identifier: MIT OR Apache-2.0

package wasm

import (
	"regexp"
	"strings"
)

// simdNames are the vector instructions in the order of their opcodes; a dash is none.
const simdNames = `
	v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u v128.load32x2_s v128.load32x2_u
	v128.load8_splat v128.load16_splat v128.load32_splat v128.load64_splat v128.store v128.const
	i8x16.shuffle i8x16.swizzle i8x16.splat i16x8.splat i32x4.splat i64x2.splat f32x4.splat f64x2.splat
	i8x16.extract_lane_s i8x16.extract_lane_u i8x16.replace_lane i16x8.extract_lane_s i16x8.extract_lane_u i16x8.replace_lane
	i32x4.extract_lane i32x4.replace_lane i64x2.extract_lane i64x2.replace_lane
	f32x4.extract_lane f32x4.replace_lane f64x2.extract_lane f64x2.replace_lane
	i8x16.eq i8x16.ne i8x16.lt_s i8x16.lt_u i8x16.gt_s i8x16.gt_u i8x16.le_s i8x16.le_u i8x16.ge_s i8x16.ge_u
	i16x8.eq i16x8.ne i16x8.lt_s i16x8.lt_u i16x8.gt_s i16x8.gt_u i16x8.le_s i16x8.le_u i16x8.ge_s i16x8.ge_u
	i32x4.eq i32x4.ne i32x4.lt_s i32x4.lt_u i32x4.gt_s i32x4.gt_u i32x4.le_s i32x4.le_u i32x4.ge_s i32x4.ge_u
	f32x4.eq f32x4.ne f32x4.lt f32x4.gt f32x4.le f32x4.ge f64x2.eq f64x2.ne f64x2.lt f64x2.gt f64x2.le f64x2.ge
	v128.not v128.and v128.andnot v128.or v128.xor v128.bitselect v128.any_true
	v128.load8_lane v128.load16_lane v128.load32_lane v128.load64_lane
	v128.store8_lane v128.store16_lane v128.store32_lane v128.store64_lane v128.load32_zero v128.load64_zero
	f32x4.demote_f64x2_zero f64x2.promote_low_f32x4
	i8x16.abs i8x16.neg i8x16.popcnt i8x16.all_true i8x16.bitmask i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u
	f32x4.ceil f32x4.floor f32x4.trunc f32x4.nearest i8x16.shl i8x16.shr_s i8x16.shr_u
	i8x16.add i8x16.add_sat_s i8x16.add_sat_u i8x16.sub i8x16.sub_sat_s i8x16.sub_sat_u
	f64x2.ceil f64x2.floor i8x16.min_s i8x16.min_u i8x16.max_s i8x16.max_u f64x2.trunc i8x16.avgr_u
	i16x8.extadd_pairwise_i8x16_s i16x8.extadd_pairwise_i8x16_u i32x4.extadd_pairwise_i16x8_s i32x4.extadd_pairwise_i16x8_u
	i16x8.abs i16x8.neg i16x8.q15mulr_sat_s i16x8.all_true i16x8.bitmask i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u
	i16x8.extend_low_i8x16_s i16x8.extend_high_i8x16_s i16x8.extend_low_i8x16_u i16x8.extend_high_i8x16_u
	i16x8.shl i16x8.shr_s i16x8.shr_u i16x8.add i16x8.add_sat_s i16x8.add_sat_u i16x8.sub i16x8.sub_sat_s i16x8.sub_sat_u
	f64x2.nearest i16x8.mul i16x8.min_s i16x8.min_u i16x8.max_s i16x8.max_u - i16x8.avgr_u
	i16x8.extmul_low_i8x16_s i16x8.extmul_high_i8x16_s i16x8.extmul_low_i8x16_u i16x8.extmul_high_i8x16_u
	i32x4.abs i32x4.neg - i32x4.all_true i32x4.bitmask - -
	i32x4.extend_low_i16x8_s i32x4.extend_high_i16x8_s i32x4.extend_low_i16x8_u i32x4.extend_high_i16x8_u
	i32x4.shl i32x4.shr_s i32x4.shr_u i32x4.add - - i32x4.sub - - - i32x4.mul
	i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u i32x4.dot_i16x8_s -
	i32x4.extmul_low_i16x8_s i32x4.extmul_high_i16x8_s i32x4.extmul_low_i16x8_u i32x4.extmul_high_i16x8_u
	i64x2.abs i64x2.neg - i64x2.all_true i64x2.bitmask - -
	i64x2.extend_low_i32x4_s i64x2.extend_high_i32x4_s i64x2.extend_low_i32x4_u i64x2.extend_high_i32x4_u
	i64x2.shl i64x2.shr_s i64x2.shr_u i64x2.add - - i64x2.sub - - - i64x2.mul
	i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s i64x2.ge_s
	i64x2.extmul_low_i32x4_s i64x2.extmul_high_i32x4_s i64x2.extmul_low_i32x4_u i64x2.extmul_high_i32x4_u
	f32x4.abs f32x4.neg - f32x4.sqrt f32x4.add f32x4.sub f32x4.mul f32x4.div f32x4.min f32x4.max f32x4.pmin f32x4.pmax
	f64x2.abs f64x2.neg - f64x2.sqrt f64x2.add f64x2.sub f64x2.mul f64x2.div f64x2.min f64x2.max f64x2.pmin f64x2.pmax
	i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u
	i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u`

// simdForms are immediates and signatures by name: the first that fits counts. In the
// signature v is the type of a lane.
var simdForms = []struct {
	name *regexp.Regexp
	imm  Imm
	sig  string
}{
	{regexp.MustCompile(`load\d+_lane$`), ImmMemLane, "aV:V"},
	{regexp.MustCompile(`store\d+_lane$`), ImmMemLane, "aV:"},
	{regexp.MustCompile(`^v128\.load`), ImmMem, "a:V"},
	{regexp.MustCompile(`^v128\.store`), ImmMem, "aV:"},
	{regexp.MustCompile(`\.const$`), ImmV128, ":V"},
	{regexp.MustCompile(`\.shuffle$`), ImmV128, "VV:V"},
	{regexp.MustCompile(`\.splat$`), ImmNone, "v:V"},
	{regexp.MustCompile(`\.extract_lane`), ImmLane, "V:v"},
	{regexp.MustCompile(`\.replace_lane$`), ImmLane, "Vv:V"},
	{regexp.MustCompile(`_true$|\.bitmask$`), ImmNone, "V:i"},
	{regexp.MustCompile(`\.sh[lr]`), ImmNone, "Vi:V"},
	{regexp.MustCompile(`\.bitselect$`), ImmNone, "VVV:V"},
	{regexp.MustCompile(`\.(abs|neg|not|popcnt|ceil|floor|trunc|nearest|sqrt|extend|extadd|convert|demote|promote)`), ImmNone, "V:V"},
	{regexp.MustCompile(`.`), ImmNone, "VV:V"},
}

// simdInfo describes a vector instruction.
func simdInfo(name string) Info {
	for _, f := range simdForms {
		if f.name.MatchString(name) {
			lane := map[string]string{"i64": "I", "f32": "f", "f64": "F"}[name[:3]]
			if lane == "" {
				lane = "i"
			}
			info := Info{Name: name, Imm: f.imm, Sig: Sig(strings.ReplaceAll(f.sig, "v", lane))}
			if f.imm == ImmMem || f.imm == ImmMemLane {
				info.Align = simdAlignment(name)
			}
			return info
		}
	}
	return Info{}
}

// simdAlignment returns the log2 of the bytes that an access touches: all 16, 8 that are
// extended, or as many as the name says.
func simdAlignment(name string) uint8 {
	switch _, access, _ := strings.Cut(name, "."); {
	case access == "load" || access == "store":
		return 4
	case strings.Contains(access, "x"):
		return 3
	}
	return alignment(name)
}
