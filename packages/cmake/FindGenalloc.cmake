# SPDX-License-Identifier: MIT OR Apache-2.0
#[[
Finds genalloc, and defines one function:

    genalloc_add(<target> [flag...])

genalloc makes an object from the flags, such as --abi c --strategy lists, which is linked
into the target. Sources of the target can include genalloc.h.
]]

find_program(GENALLOC_COMMAND genalloc DOC "the command genalloc")
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Genalloc REQUIRED_VARS GENALLOC_COMMAND)

function(genalloc_add target)
	set(dir "${CMAKE_CURRENT_BINARY_DIR}/genalloc/${target}")
	# Written when the flags change, so that the object is made again.
	file(CONFIGURE OUTPUT "${dir}/flags" CONTENT "${ARGN}" @ONLY)
	add_custom_command(
		OUTPUT "${dir}/genalloc.o" "${dir}/genalloc.h"
		COMMAND "${GENALLOC_COMMAND}" -q --bindings c ${ARGN} -o "${dir}/genalloc.o"
		DEPENDS "${dir}/flags" "${GENALLOC_COMMAND}"
		COMMENT "Generating the allocator of ${target}"
		VERBATIM)
	set_source_files_properties("${dir}/genalloc.o" PROPERTIES EXTERNAL_OBJECT TRUE)
	target_sources(${target} PRIVATE "${dir}/genalloc.o" "${dir}/genalloc.h")
	target_include_directories(${target} PRIVATE "${dir}")
endfunction()
