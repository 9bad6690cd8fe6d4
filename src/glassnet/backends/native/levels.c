// Which levels of the processor the library has kernels for, and which of them is the best here. Compiled once, for
// the lowest level; LEVELS are the names, the lowest first. __builtin_cpu_supports would be shorter, but it answers
// "no" to everything in a library that zig has linked.
#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif
#define TEXT_(names) #names
#define TEXT(names) TEXT_(names)

EXPORT const char *glassnet_levels(void) { return TEXT(LEVELS); }

#if defined(__x86_64__)
#include <cpuid.h>

static int has(unsigned bits, unsigned bit) { return bits >> bit & 1; }

EXPORT const char *glassnet_level(void) {
    unsigned a, b, c, d, saved, high;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !has(c, 27)) return "sse2";
    __asm__ volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));  // the registers that the system keeps
    int fma = has(c, 12) && has(c, 28) && (saved & 0x06) == 0x06;
    if (!fma || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !has(b, 5)) return "sse2";
#if !defined(__APPLE__)  // macOS begins to keep the widest ones when a process first uses them
    if ((saved & 0xe6) != 0xe6) return "avx2";
#endif
    int avx512 = has(b, 16) && has(b, 17) && has(b, 30) && has(b, 31);  // f, dq, bw, vl
    return avx512 ? "avx512" : "avx2";
}
#elif defined(__aarch64__)
EXPORT const char *glassnet_level(void) { return "neon"; }
#else
EXPORT const char *glassnet_level(void) { return "plain"; }
#endif
