// The matrix product  C (n, m) = A (n, k) B (k, m) + bias (n, 1):  one tile of C in registers.
//
// B is copied, DEPTH rows and WIDE columns at a time, into panels two vectors wide, and transposed where its columns are
// contiguous. A tile of up to TILE x 2 vectors of C then stays in registers while the loop runs down the panel: each
// step loads two vectors of B and multiplies them by one number of A after the other. At the sizes of mini-batches this
// takes half the time of a general BLAS or less, because nothing is checked, dispatched or packed twice.
//
// The method is the one of K. Goto and R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM
// Transactions on Mathematical Software 34(3), 2008.
#pragma once
#include "vectors.h"

#if defined(__AVX512F__)
#define TILE 12
#define DOTS 4
#elif defined(__AVX__)
#define TILE 6
#define DOTS 2
#elif defined(__aarch64__)
#define TILE 12
#define DOTS 4
#else
#define TILE 6
#define DOTS 2
#endif

namespace {

const int64_t DEPTH = 512;           // rows of the block of B in panels,
const int64_t WIDTH = 1024;          // bytes of each,
const int64_t HEIGHT = 96;           // and rows of the block of A that passes over it: both stay in the second cache
const int64_t PAGE = 4096;           // bytes: rows of A that lie in pages of their own are brought together first
const int64_t SMALL = 24576;         // bytes of a B that the first cache keeps anyway
const int64_t AHEAD = 8;             // rows that are fetched before they are needed
const int64_t PIECE = 4096;          // bytes of a sum's stretch in `dots`
const int64_t FEW = 24, LONG = 192;  // rows or columns so few, and sums so long, that copying B into panels does not pay

// A matrix in memory: entry (i, j) lies at at[i * row + j * column].
template <class F> struct Matrix {
    F *at;
    int64_t row, column;
    F *entry(int64_t i, int64_t j) const { return at + i * row + j * column; }
};

template <class F> struct Product {
    static constexpr int64_t lanes = VECTOR / sizeof(F);
    typedef typename Vector<F, lanes>::V V;
    static constexpr int64_t panel = 2 * lanes, wide = WIDTH / sizeof(F);
    static constexpr int64_t apart = DEPTH + 16;  // of A's rows, brought together: no two share a place in the cache
    static constexpr int64_t workspace = DEPTH * wide + HEIGHT * apart;  // numbers

    static V load(const F *at) { return *(const V *)at; }
    static void store(F *at, V x) { *(V *)at = x; }
    static V splat(F x) { return x - (V){}; }  // not x + 0, which would make -0 positive

    // Copy `count` numbers, fewer than 2 `width`: a few moves of fixed sizes.
    template <int64_t width> static void copy_some(F *to, const F *from, int64_t count) {
        if (count & width) {
            __builtin_memcpy(to, from, width * sizeof(F));
            to += width, from += width;
        }
        if constexpr (width > 1) copy_some<width / 2>(to, from, count);
    }

    // The first `count` numbers, and zeros.
    static V load_first(const F *at, int64_t count) { return count >= lanes ? load(at) : load_some(at, count); }
    static void store_first(F *at, V x, int64_t count) {
        if (count >= lanes) store(at, x);
        else if (count > 0) store_some(at, x, count);
    }
    static V load_some(const F *at, int64_t count) {
        F some[lanes] = {};
        if (count > 0) copy_some<lanes / 2>(some, at, count);
        return load(some);
    }
    static void store_some(F *at, V x, int64_t count) {
        F all[lanes];
        store(all, x);
        copy_some<lanes / 2>(at, all, count);
    }

    // `rows` rows of C, `vectors` wide: the sum over a panel's depth.
    template <int rows, int vectors>
    static void tile(Matrix<const F> a, const F *b, int64_t b_row, Matrix<F> c, int64_t depth, bool add,
                     const F *bias) {
        V sum[rows][vectors];
        FIXED for (int i = 0; i < rows; i++)
            FIXED for (int v = 0; v < vectors; v++)
                sum[i][v] = add ? load(c.entry(i, v * lanes)) : splat(bias ? bias[i] : (F)0);
        const F *row[rows];
        FIXED for (int i = 0; i < rows; i++) row[i] = a.entry(i, 0);
        for (int64_t p = 0; p < depth; p++, b += b_row) {
            V line[vectors];
            FIXED for (int v = 0; v < vectors; v++) line[v] = load(b + v * lanes);
            FIXED for (int i = 0; i < rows; i++)
                FIXED for (int v = 0; v < vectors; v++) sum[i][v] += row[i][p * a.column] * line[v];
        }
        FIXED for (int i = 0; i < rows; i++)
            FIXED for (int v = 0; v < vectors; v++) store(c.entry(i, v * lanes), sum[i][v]);
    }
    template <int height>
    static void tile_of(int64_t rows, bool both, Matrix<const F> a, const F *b, int64_t b_row, Matrix<F> c,
                        int64_t depth, bool add, const F *bias) {
        if constexpr (height > 0) {
            if (rows < height) tile_of<height - 1>(rows, both, a, b, b_row, c, depth, add, bias);
            else if (both) tile<height, 2>(a, b, b_row, c, depth, add, bias);
            else tile<height, 1>(a, b, b_row, c, depth, add, bias);
        }
    }

    // All rows of C at one panel, of which `columns` numbers count; the tiles are as even as can be.
    static void tiles(int64_t n, Matrix<const F> a, const F *b, int64_t b_row, Matrix<F> c, int64_t depth,
                      int64_t columns, bool add, const F *bias) {
        bool both = columns > lanes, full = columns == (both ? panel : lanes);
        F aside[TILE * panel];  // where a tile is made of which C has only some columns
        for (int64_t i = 0; i < n;) {
            int64_t pieces = (n - i + TILE - 1) / TILE, rows = (n - i + pieces - 1) / pieces;
            Matrix<F> target = full ? Matrix<F>{c.entry(i, 0), c.row, 1} : Matrix<F>{aside, panel, 1};
            if (!full && add)
                for (int64_t r = 0; r < rows; r++) copy_some<lanes>(aside + r * panel, c.entry(i + r, 0), columns);
            tile_of<TILE>(rows, both, {a.entry(i, 0), a.row, a.column}, b, b_row, target, depth, add,
                          bias ? bias + i : bias);
            if (!full)
                for (int64_t r = 0; r < rows; r++) copy_some<lanes>(c.entry(i + r, 0), aside + r * panel, columns);
            i += rows;
        }
    }

    // Shuffling like cards, as often as halves can be halved, transposes a square of vectors.
    static void transpose(V (&square)[lanes]) {
        FIXED for (int64_t times = 1; times < lanes; times *= 2) {
            V shuffled[lanes];
            FIXED for (int64_t i = 0; i < lanes; i += 2) {
                V x = square[i / 2], y = square[i / 2 + lanes / 2];
                interleave(x, y, shuffled[i], shuffled[i + 1]);
            }
            FIXED for (int64_t i = 0; i < lanes; i++) square[i] = shuffled[i];
        }
    }
    static void interleave(V x, V y, V &low, V &high) {
        if constexpr (lanes == 2) {
            low = __builtin_shufflevector(x, y, 0, 2);
            high = __builtin_shufflevector(x, y, 1, 3);
        } else if constexpr (lanes == 4) {
            low = __builtin_shufflevector(x, y, 0, 4, 1, 5);
            high = __builtin_shufflevector(x, y, 2, 6, 3, 7);
        } else if constexpr (lanes == 8) {
            low = __builtin_shufflevector(x, y, 0, 8, 1, 9, 2, 10, 3, 11);
            high = __builtin_shufflevector(x, y, 4, 12, 5, 13, 6, 14, 7, 15);
        } else {
            low = __builtin_shufflevector(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            high = __builtin_shufflevector(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
    }

    // Copy a part (rows, columns) of a matrix with contiguous columns into rows; the last vectors are filled with zeros.
    __attribute__((noinline)) static void copy_transposed(Matrix<const F> from, int64_t rows, int64_t columns, F *to,
                                                          int64_t to_row) {
        for (int64_t j = 0; j < columns; j += lanes)
            for (int64_t p = 0; p < rows; p += lanes) {
                int64_t first = rows < lanes ? 0 : smaller(p, rows - lanes);  // the last square overlaps the one before
                V square[lanes];
                FIXED for (int64_t i = 0; i < lanes; i++)
                    square[i] = j + i < columns ? load_first(from.entry(first, j + i), rows - first) : V{};
                transpose(square);
                FIXED for (int64_t i = 0; i < lanes; i++)
                    if (first + i < rows) store(to + (first + i) * to_row + j, square[i]);
            }
    }
    static void copy_rows(Matrix<const F> from, int64_t rows, int64_t columns, F *to, int64_t to_row) {
        for (int64_t p = 0; p < rows; p++)
            for (int64_t j = 0; j < columns; j += lanes) {
                __builtin_prefetch(from.entry(p + AHEAD, j));
                store(to + p * to_row + j, load_first(from.entry(p, j), columns - j));
            }
    }
    static void copy(Matrix<const F> from, int64_t rows, int64_t columns, F *to, int64_t to_row) {
        if (from.column == 1) copy_rows(from, rows, columns, to, to_row);
        else copy_transposed(from, rows, columns, to, to_row);
    }

    // Blocks, panels and tiles.
    static void blocks(Matrix<const F> a, Matrix<const F> b, Matrix<F> c, int64_t n, int64_t k, int64_t m,
                       const F *bias, F *panels) {
        F *together = panels + DEPTH * wide;
        bool far = m > FEW && larger(a.row, a.column) * (int64_t)sizeof(F) >= PAGE;
        bool once = b.column == 1 && b.row * (int64_t)sizeof(F) < PAGE &&  // B may stay where it is
                    (n <= TILE || k * b.row * (int64_t)sizeof(F) <= SMALL);
        for (int64_t p = 0; p < larger<int64_t>(k, 1); p += DEPTH) {  // a sum of nothing is written, too
            int64_t depth = smaller(DEPTH, k - p);
            for (int64_t first = 0; first < m; first += wide) {
                int64_t width = smaller(wide, m - first), left = once ? width / panel * panel : 0;
                for (int64_t j = left; j < width; j += panel)
                    copy({b.entry(p, first + j), b.row, b.column}, depth, smaller(panel, width - j),
                         panels + (j - left) * DEPTH, panel);
                for (int64_t i = 0; i < n; i += HEIGHT) {
                    int64_t height = smaller(HEIGHT, n - i);
                    Matrix<const F> block = {a.entry(i, p), a.row, a.column};
                    if (far) {
                        copy(block, height, depth, together, apart);
                        block = {together, apart, 1};
                    }
                    for (int64_t j = 0; j < width; j += panel) {
                        const F *lines = j < left ? b.entry(p, first + j) : panels + (j - left) * DEPTH;
                        tiles(height, block, lines, j < left ? b.row : panel, {c.entry(i, first + j), c.row, 1}, depth,
                              smaller(panel, width - j), p > 0, bias ? bias + i : bias);
                    }
                }
            }
        }
    }

    // Few rows of A: its transpose is what is copied into panels, and the product is transposed at the end.
    static void turned(Matrix<const F> a, Matrix<const F> b, Matrix<F> c, int64_t n, int64_t k, int64_t m, const F *bias,
                       F *panels) {
        F *product = panels + DEPTH * wide;  // (m, n), in the place of rows brought together, which these need not be
        blocks({b.at, b.column, b.row}, {a.at, a.column, a.row}, {product, n, 1}, m, k, n, nullptr, panels);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < m; j++) *c.entry(i, j) = product[j * n + i] + (bias ? bias[i] : (F)0);
    }

    // Entries that are sums along rows of A and columns of B, each contiguous.
    template <int rows, int columns>
    static void dot_tile(const F *a, int64_t a_row, const F *b, int64_t b_column, Matrix<F> c, int64_t depth, bool add,
                         const F *bias) {
        V sum[rows][columns] = {};
        int64_t p = 0;
        auto step = [&](auto fetch) {
            V line[columns];
            FIXED for (int j = 0; j < columns; j++) line[j] = fetch(b + j * b_column + p);
            FIXED for (int i = 0; i < rows; i++) {
                V entry = fetch(a + i * a_row + p);
                FIXED for (int j = 0; j < columns; j++) sum[i][j] += entry * line[j];
            }
        };
        for (; p + lanes <= depth; p += lanes) step([](const F *at) { return load(at); });
        if (p < depth) step([&](const F *at) { return load_first(at, depth - p); });
        FIXED for (int i = 0; i < rows; i++)
            FIXED for (int j = 0; j < columns; j++)
                *c.entry(i, j) = total<F, lanes>(sum[i][j]) + (add ? *c.entry(i, j) : bias ? bias[i] : (F)0);
    }
    template <int columns>
    static void dot_strip(Matrix<const F> a, const F *b, int64_t b_column, Matrix<F> c, int64_t n, int64_t depth,
                          bool add, const F *bias) {
        int64_t i = 0;
        for (; i + DOTS <= n; i += DOTS)
            dot_tile<DOTS, columns>(a.entry(i, 0), a.row, b, b_column, {c.entry(i, 0), c.row, 1}, depth, add,
                                    bias ? bias + i : bias);
        for (; i < n; i++)
            dot_tile<1, columns>(a.entry(i, 0), a.row, b, b_column, {c.entry(i, 0), c.row, 1}, depth, add,
                                 bias ? bias + i : bias);
    }
    static void dots(Matrix<const F> a, Matrix<const F> b, Matrix<F> c, int64_t n, int64_t k, int64_t m,
                     const F *bias) {
        const int64_t stretch = PIECE / sizeof(F);
        for (int64_t p = 0; p < larger<int64_t>(k, 1); p += stretch) {
            int64_t depth = smaller(stretch, k - p), j = 0;
            Matrix<const F> some = {a.entry(0, p), a.row, a.column};
            for (; j + 4 <= m; j += 4)
                dot_strip<4>(some, b.entry(p, j), b.column, {c.entry(0, j), c.row, 1}, n, depth, p > 0, bias);
            for (; j < m; j++)
                dot_strip<1>(some, b.entry(p, j), b.column, {c.entry(0, j), c.row, 1}, n, depth, p > 0, bias);
        }
    }

    // A product of one row: sums of the rows of B, each times an entry of the row.
    static void row(const F *a, int64_t a_column, Matrix<const F> b, F *c, int64_t k, int64_t m, F start) {
        int64_t j = 0;
        for (; j + 4 * lanes <= m; j += 4 * lanes) row_piece<4>(a, a_column, b.entry(0, j), b.row, c + j, k, start, lanes);
        for (; j + lanes <= m; j += lanes) row_piece<1>(a, a_column, b.entry(0, j), b.row, c + j, k, start, lanes);
        if (j < m) row_piece<1>(a, a_column, b.entry(0, j), b.row, c + j, k, start, m - j);
    }
    template <int vectors>
    static void row_piece(const F *a, int64_t a_column, const F *b, int64_t b_row, F *c, int64_t k, F start,
                          int64_t last) {
        V sum[vectors];
        FIXED for (int v = 0; v < vectors; v++) sum[v] = splat(start);
        for (int64_t p = 0; p < k; p++, b += b_row)
            FIXED for (int v = 0; v < vectors; v++) sum[v] += a[p * a_column] * load_first(b + v * lanes, v + 1 < vectors ? lanes : last);
        FIXED for (int v = 0; v < vectors; v++) store_first(c + v * lanes, sum[v], v + 1 < vectors ? lanes : last);
    }

    // The rows of C are contiguous, and of A and B the rows or the columns; `panels` is `workspace` numbers.
    static void multiply(Matrix<const F> a, Matrix<const F> b, Matrix<F> c, int64_t n, int64_t k, int64_t m,
                         const F *bias, F *panels) {
        bool along = a.column == 1 && b.row == 1;
        bool few = along && 1 < n && n <= FEW && m > n && k >= LONG && n * m <= HEIGHT * apart;
        if (few && (DOTS < 4 || sizeof(F) == 8)) turned(a, b, c, n, k, m, bias, panels);
        else if (along && (smaller(n, m) == 1 || (smaller(n, m) <= FEW && k >= LONG))) dots(a, b, c, n, k, m, bias);
        else if (n == 1 && b.column == 1) row(a.at, a.column, b, c.at, k, m, bias ? bias[0] : (F)0);
        else if (m == 1 && a.row == 1 && c.row == 1 && !bias) row(b.at, b.row, {a.at, a.column, a.row}, c.at, k, n, (F)0);
        else blocks(a, b, c, n, k, m, bias, panels);
    }
};

}  // namespace
