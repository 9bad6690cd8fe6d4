// exp, log, tanh, erf and others of one number, without branches, so that a loop around them becomes vector instructions.
//
// F is float or double. The errors are 1 to 3 units of the last place
// (tests/backends/native/test_functions.py measures them). The method of exp and log is that of Cephes
// (S. L. Moshier, 1989); erf is interpolated at Chebyshev's nodes.
#pragma once
#include <stdint.h>

namespace {

template <class F> struct Format;

template <> struct Format<float> {
    typedef uint32_t Bits;
    static constexpr int mantissa = 23, bias = 127, terms_of_exp = 7, terms_of_log = 4;
    static constexpr float rounder = 12582912.0f;             // 1.5 * 2^23: adding it rounds to a whole number,
    static constexpr float counter = 8388608.0f;              // 2^23: and its last bits then hold that number
    static constexpr float ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
    static constexpr float least_of_exp = -103.9f, most_of_exp = 88.72f;  // beyond them e^x is 0, or infinite
    static constexpr float far = 4;                           // from where on erf is 1
    static constexpr float middle = 2;                        // of the far part's variable
    static constexpr float near_erf[] = {1.128379166f, -0.3761262667f, 0.1128359472f, -0.02685421201f, 0.005189087423f,
                                         -0.0008016864287f, 7.875875063e-5f};
    static constexpr float far_erf[] = {0.2553956763f, -0.4271858476f, 0.2416582111f, -0.07897852327f, 0.003732141351f,
                                        0.006994855414f, -0.0008365899736f, -0.0009441596341f};
};

template <> struct Format<double> {
    typedef uint64_t Bits;
    static constexpr int mantissa = 52, bias = 1023, terms_of_exp = 13, terms_of_log = 10;
    static constexpr double rounder = 6755399441055744.0;     // 1.5 * 2^52
    static constexpr double counter = 4503599627370496.0;     // 2^52
    static constexpr double ln2_high = 0.693145751953125, ln2_low = 1.42860682030941723e-6;
    static constexpr double least_of_exp = -745.2, most_of_exp = 709.78;
    static constexpr double far = 6;
    static constexpr double middle = 3;
    static constexpr double near_erf[] = {
        1.12837916709551257, -0.376126389031835404, 0.112837916709450063, -0.0268661706432377704, 0.00522397760711642273,
        -0.000854832597538969208, 0.000120552949048397079, -0.0000149247369074196603, 1.64474247033173624e-6,
        -1.62084838018717059e-7, 1.37200645467776856e-8, -7.79589882700214224e-10};
    static constexpr double far_erf[] = {
        0.179001151181389945, -0.326233560043037212, 0.245603801712334874, -0.150115936500778985, 0.0716658371974730704,
        -0.0243924993189150047, 0.00426913635696122525, 0.000707746466694142508, -0.000597062496492454443,
        0.000045254345589910084, 0.0000640627922604603916, -0.0000128457800307759068, -8.00978093907607933e-6,
        2.0135111426447428e-6, 1.27558189496244792e-6, 3.38135514204290377e-9};
};

#define INLINE static inline __attribute__((always_inline))

template <class To, class From> INLINE To bits_as(From x) {
    static_assert(sizeof(To) == sizeof(From), "only the type changes");
    To y;
    __builtin_memcpy(&y, &x, sizeof y);
    return y;
}

template <class F> INLINE F larger(F x, F y) { return x < y ? y : x; }   // NaN in x stays
template <class F> INLINE F smaller(F x, F y) { return x > y ? y : x; }
template <class F> INLINE F magnitude(F x) { return sizeof(F) == 4 ? (F)__builtin_fabsf((float)x) : (F)__builtin_fabs((double)x); }
template <class F> INLINE F root(F x) { return sizeof(F) == 4 ? (F)__builtin_sqrtf((float)x) : (F)__builtin_sqrt((double)x); }
template <class F> INLINE F step(F x) { return x > 0 ? (F)1 : (F)0; }
template <class F> INLINE F sign(F x) { return x > 0 ? (F)1 : (x < 0 ? (F)-1 : x); }

// c[0] + c[1] x + ... + c[n - 1] x^(n - 1), by Horner's rule
template <class F, int n> INLINE F polynomial(const F (&c)[n], F x) {
    F sum = c[n - 1];
#pragma GCC unroll 32
    for (int i = n - 2; i >= 0; i--) sum = sum * x + c[i];
    return sum;
}

// The coefficients of e^r - 1 - r and of artanh(s) / s - 1: 1 / k! from k = 2 on, and 2 / k for odd k from 3 on.
template <class F> struct Series {
    F of_exp[Format<F>::terms_of_exp - 1] = {}, of_log[Format<F>::terms_of_log] = {};
    constexpr Series() {
        double factorial = 1;
        for (int k = 2; k <= Format<F>::terms_of_exp; k++) of_exp[k - 2] = (F)(1 / (factorial *= k));
        for (int i = 1; i <= Format<F>::terms_of_log; i++) of_log[i - 1] = (F)(2.0 / (2 * i + 1));
    }
};
template <class F> constexpr Series<F> series{};

// e^x = 2^n e^r with |r| <= ln(2) / 2; 2^n = a b is a product, because n may lie beyond the largest exponent
template <class F> struct PartsOfExp {
    F rest, a, b;  // e^r - 1, a, b

    INLINE PartsOfExp<F> of(F x) {
        typedef Format<F> T;
        typedef typename T::Bits Bits;
        x = x < T::least_of_exp ? T::least_of_exp : (x > T::most_of_exp + 1 ? T::most_of_exp + 1 : x);
        F rounded = x * (F)1.4426950408889634 + T::rounder, n = rounded - T::rounder;
        F halved = n * (F)0.5 + T::rounder;
        Bits whole = bits_as<Bits>(rounded) - bits_as<Bits>(T::rounder);
        Bits first = bits_as<Bits>(halved) - bits_as<Bits>(T::rounder);
        F r = x - n * T::ln2_high - n * T::ln2_low;
        return {polynomial(series<F>.of_exp, r) * r * r + r, bits_as<F>((Bits)((first + T::bias) << T::mantissa)),
                bits_as<F>((Bits)((whole - first + T::bias) << T::mantissa))};
    }
};

template <class F> INLINE F exponential(F x) {
    typedef Format<F> T;
    PartsOfExp<F> e = PartsOfExp<F>::of(x);
    F y = (e.rest + 1) * e.a * e.b;
    return x > T::most_of_exp ? (F)__builtin_inf() : (x < T::least_of_exp ? (F)0 : y);
}

// e^x - 1 = 2^n (e^r - 1) + (2^n - 1)
template <class F> INLINE F exponential_minus_1(F x) {
    typedef Format<F> T;
    PartsOfExp<F> e = PartsOfExp<F>::of(x);
    F power = e.a * e.b, near = e.rest * power + (power - 1), large = (e.rest + 1) * e.a * e.b;
    F y = x > 50 ? large : near;
    return x > T::most_of_exp ? (F)__builtin_inf() : (x < T::least_of_exp ? (F)-1 : y);
}

// tanh |x| = e / (e + 2) with e = e^(2 |x|) - 1; from |x| = 20 on it is 1 in either type
template <class F> INLINE F hyperbolic_tangent(F x) {
    F size = magnitude(x), twice = size > 20 ? (F)40 : 2 * size;
    PartsOfExp<F> parts = PartsOfExp<F>::of(twice);
    F power = parts.a * parts.b, e = parts.rest * power + (power - 1), y = e / (e + 2);
    return x < 0 ? -y : y;
}

// x = 2^k f with f near 1, log f = 2 artanh s with s = (f - 1) / (f + 1); numbers below the normal ones are 0 here
template <class F> INLINE F logarithm(F x) {
    typedef Format<F> T;
    typedef typename T::Bits Bits;
    const Bits fraction = ((Bits)1 << T::mantissa) - 1, of_one = (Bits)T::bias << T::mantissa;
    Bits bits = bits_as<Bits>(x), exponent = (bits >> T::mantissa) & (2 * T::bias + 1);
    F k = bits_as<F>((Bits)(exponent | bits_as<Bits>(T::counter))) - (T::counter + T::bias);
    F f = bits_as<F>((Bits)((bits & fraction) | of_one));
    bool upper = f > (F)1.4142135623730951;
    k = upper ? k + 1 : k;
    f = upper ? f * (F)0.5 : f;
    F s = (f - 1) / (f + 1), z = s * s;
    F y = k * T::ln2_high + (s * (2 + polynomial(series<F>.of_log, z) * z) + k * T::ln2_low);
    const F infinity = (F)__builtin_inf();
    F special = x == infinity ? infinity : (bits << 1 == 0 || (x > 0) ? -infinity : (F)__builtin_nan(""));
    return (x > 0) & (x < infinity) & (exponent > 0) ? y : special;
}

template <class F> INLINE F logarithm_of_1_plus(F x) {
    F u = 1 + x;
    F y = logarithm(u) - ((u - 1) - x) / u;  // what u lost of x
    F large = logarithm(u);
    return u == 1 ? x : (u == (F)__builtin_inf() || u == 0 ? large : y);
}

// e^(y log |x|), negative where x is and y is odd; NaN where x is negative and y is no whole number
template <class F> INLINE F power(F x, F y) {
    typedef Format<F> T;
    F half = y * (F)0.5, nearest = half + T::rounder - T::rounder, whole = y + T::rounder - T::rounder;
    F size = exponential(y * logarithm(magnitude(x)));
    F signed_size = magnitude(half - nearest) == (F)0.5 ? -size : size;
    F of_negative = whole == y ? signed_size : (F)__builtin_nan("");
    return y == 0 ? (F)1 : (x < 0 ? of_negative : size);
}

// near 0: x times a polynomial in x²; farther: 1 - e^(-x²) times one in (x - c) / (x + c)
template <class F> INLINE F error_function(F x) {
    typedef Format<F> T;
    F size = magnitude(x), bounded = size > T::far ? T::far : size;
    F near = x * polynomial(T::near_erf, smaller<F>(x * x, 1));
    F t = (bounded - T::middle) / (bounded + T::middle);
    F far = 1 - exponential<F>(-bounded * bounded) * polynomial(T::far_erf, t);
    F signed_far = x < 0 ? -far : far;
    return size < 1 ? near : signed_far;
}

}  // namespace
