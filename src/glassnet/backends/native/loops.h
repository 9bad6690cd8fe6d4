// Loops over the entries of matrices: what one loop computes is a list of operations, which run over a block of entries
// after the other, so that all values in between stay in the first cache.
//
// The operations of a block are data (`lowering.py` writes them): each is a few words, and runs as one of the functions
// of a table, a loop that the compiler has made into vector instructions. An operand is a register, which is an array of
// BLOCK numbers; the block's part of a matrix; or a number.
#pragma once
#include "vectors.h"

#if defined(__clang__)
#define EACH_ENTRY _Pragma("clang loop vectorize(assume_safety)")
#else
#define EACH_ENTRY _Pragma("GCC ivdep")
#endif

namespace {

// The operations of `lowering.py`, in its order: name, arity, and formula of the entries a, b, c and the numbers d, e, f.
#define OPERATIONS(NAME)                                                                                              \
    NAME(copy, 1, a)                                                                                                  \
    NAME(neg, 1, -a)                                                                                                  \
    NAME(abs, 1, magnitude(a))                                                                                        \
    NAME(exp, 1, exponential(a))                                                                                      \
    NAME(expm1, 1, exponential_minus_1(a))                                                                            \
    NAME(log, 1, logarithm(a))                                                                                        \
    NAME(log1p, 1, logarithm_of_1_plus(a))                                                                            \
    NAME(tanh, 1, hyperbolic_tangent(a))                                                                              \
    NAME(erf, 1, error_function(a))                                                                                   \
    NAME(sqrt, 1, root(a))                                                                                            \
    NAME(sign, 1, sign(a))                                                                                            \
    NAME(step, 1, step(a))                                                                                            \
    NAME(add, 2, a + b)                                                                                               \
    NAME(sub, 2, a - b)                                                                                               \
    NAME(mul, 2, a * b)                                                                                               \
    NAME(truediv, 2, a / b)                                                                                           \
    NAME(pow, 2, power(a, b))                                                                                         \
    NAME(gt, 2, (F)(a > b))                                                                                           \
    NAME(lt, 2, (F)(a < b))                                                                                           \
    NAME(maximum, 2, larger(a, b))                                                                                    \
    NAME(minimum, 2, smaller(a, b))                                                                                   \
    NAME(where, 3, a != 0 ? b : c)                                                                                    \
    NAME(adam_step, 3, a - d * b / (root(c) * e + f))                                                                 \
    NAME(mean_of_squares, 2, a + d * (b * b - a))                                                                     \
    NAME(moving_mean, 2, a + d * (b - a))                                                                             \
    NAME(sigmoid, 1, 1 / (1 + exponential(-a)))                                                                       \
    NAME(mul_mul_step_mul, 3, a * b * step(c) * d)                                                                    \
    NAME(mul_step_mul, 2, a * step(b) * d)                                                                            \
    NAME(mul_step, 2, a * step(b))                                                                                    \
    NAME(mul_mul, 3, a * b * c)                                                                                       \
    NAME(mul_add, 3, a * b + c)                                                                                       \
    NAME(mul_sub, 3, a * b - c)                                                                                       \
    NAME(sub_mul, 3, c - a * b)                                                                                       \
    NAME(difference_mul, 3, (a - b) * c)

enum Operation {
#define NAME(name, arity, formula) OP_##name,
    OPERATIONS(NAME)
#undef NAME
        OPERATIONS_END,
    // reductions of a block, and copies of a column or a row into every column or row of it
    ROW_SUMS = OPERATIONS_END, COLUMN_SUMS, COLUMN_MAX, TOTAL, EXPAND_COLUMN, EXPAND_ROW
};

template <class F, int operation> INLINE F entry_of(F a, F b, F c, F d, F e, F f) {
    (void)b, (void)c, (void)d, (void)e, (void)f;
#define NAME(name, arity, formula) \
    if constexpr (operation == OP_##name) return formula;
    OPERATIONS(NAME)
#undef NAME
}

// One operation over n entries; of a, b, c one whose step is 0 is the same number for all.
template <class F> struct Operands {
    const F *a, *b, *c;
    F d, e, f;
};
template <class F, int operation, int a_step, int b_step, int c_step>
void entries(F *to, Operands<F> operands, int64_t n) {
    const F *a = operands.a, *b = operands.b, *c = operands.c, d = operands.d, e = operands.e, f = operands.f;
    const F a_0 = *a, b_0 = *b, c_0 = *c;
    EACH_ENTRY for (int64_t i = 0; i < n; i++)
        to[i] = entry_of<F, operation>(a_step ? a[i] : a_0, b_step ? b[i] : b_0, c_step ? c[i] : c_0, d, e, f);
}

template <class F> struct Loops {
    typedef void (*Entries)(F *, Operands<F>, int64_t);
    struct Table {
        Entries of[OPERATIONS_END][8];  // by operation, and by which of a, b, c are not numbers
    };
    template <int operation, int arity> static constexpr void fill(Table &table) {
        auto &row = table.of[operation];
        row[0] = entries<F, operation, 0, 0, 0>, row[1] = entries<F, operation, 1, 0, 0>;
        if constexpr (arity > 1) row[2] = entries<F, operation, 0, 1, 0>, row[3] = entries<F, operation, 1, 1, 0>;
        if constexpr (arity > 2) {
            row[4] = entries<F, operation, 0, 0, 1>, row[5] = entries<F, operation, 1, 0, 1>;
            row[6] = entries<F, operation, 0, 1, 1>, row[7] = entries<F, operation, 1, 1, 1>;
        }
    }
    static constexpr Table table() {
        Table table = {};
#define NAME(name, arity, formula) fill<OP_##name, arity>(table);
        OPERATIONS(NAME)
#undef NAME
        return table;
    }
    static constexpr Table functions = table();
    static void add(F *to, const F *other, int64_t n) { functions.of[OP_add][3](to, {to, other, other, 0, 0, 0}, n); }
    static constexpr int64_t block = 4096 / sizeof(F);
};
template <class F> constexpr typename Loops<F>::Table Loops<F>::functions;

}  // namespace
