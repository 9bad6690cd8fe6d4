// Vectors of numbers, as wide as the processor's.
#pragma once
#include "functions.h"

#if defined(__AVX512F__)
#define VECTOR 64
#elif defined(__AVX__)
#define VECTOR 32
#else
#define VECTOR 16
#endif

// A loop whose count the compiler knows: unrolled, what it touches stays in registers.
#if defined(__clang__)
#define FIXED _Pragma("clang loop unroll(full)")
#else
#define FIXED _Pragma("GCC unroll 16")
#endif

namespace {

// A vector of so many numbers, which may lie anywhere in memory.
template <class F, int lanes> struct Vector;
template <int lanes> struct Vector<float, lanes> {
    typedef float V __attribute__((vector_size(lanes * 4), aligned(4), may_alias));
};
template <int lanes> struct Vector<double, lanes> {
    typedef double V __attribute__((vector_size(lanes * 8), aligned(8), may_alias));
};

// The sum of a vector's numbers: of its halves, as often as it can be halved.
template <class F, int lanes> INLINE F total(typename Vector<F, lanes>::V x) {
    if constexpr (lanes == 2) return x[0] + x[1];
    else {
        typename Vector<F, lanes / 2>::V halves[2];
        __builtin_memcpy(halves, &x, sizeof x);
        return total<F, lanes / 2>(halves[0] + halves[1]);
    }
}

// The sum of several vectors' numbers, in the same way.
template <class F, int lanes, int vectors> INLINE F total(const typename Vector<F, lanes>::V (&x)[vectors]) {
    if constexpr (vectors == 1) return total<F, lanes>(x[0]);
    else {
        typename Vector<F, lanes>::V halves[vectors / 2];
        FIXED for (int v = 0; v < vectors / 2; v++) halves[v] = x[v] + x[v + vectors / 2];
        return total<F, lanes, vectors / 2>(halves);
    }
}

// The sum of n numbers, in an order that depends neither on where they lie nor on the width of vectors.
template <class F> INLINE F sum_of(const F *at, int64_t n) {
    constexpr int at_once = 32, lanes = VECTOR / sizeof(F), vectors = at_once / lanes;
    typedef typename Vector<F, lanes>::V V;
    V sums[vectors] = {};
    F rest = 0;
    int64_t i = 0;
    for (; i + at_once <= n; i += at_once)
        FIXED for (int v = 0; v < vectors; v++) sums[v] += *(const V *)(at + i + v * lanes);
    for (; i < n; i++) rest += at[i];
    return total<F, lanes, vectors>(sums) + rest;
}

}  // namespace
