// Training steps as a machine runs them: a recorded program of the equations, in words that `lowering.py` writes.
//
// The library knows none of the equations. It gathers the samples of a step, runs the program that computes J and the
// gradient on them, checks J, keeps the best parameters, and runs the program that updates theta. One file an idea:
//
//   functions.h  exp, log, tanh, erf of one number
//   product.h    the matrix product
//   loops.h      operations on the entries of a block
//   kernels.cpp  programs, steps, threads
//
// It is compiled once for each level of a processor (LEVEL), without a library of its own: neither memory is allocated
// nor anything thrown here.
#include "functions.h"
#include "loops.h"
#include "product.h"

#if defined(_WIN32)
extern "C" __declspec(dllimport) int __stdcall SwitchToThread(void);
#define YIELD() SwitchToThread()
#define EXPORT extern "C" __declspec(dllexport)
#else
extern "C" int sched_yield(void);
#define YIELD() sched_yield()
#define EXPORT extern "C" __attribute__((visibility("default")))
#endif

#define JOINED_(name, level) name##_##level
#define JOINED(name, level) JOINED_(name, level)
#define ENTRY(name) JOINED(glassnet_##name, LEVEL)

// Where an array of a program lies: `offset` numbers after the start of a root.
struct Place {
    int64_t root, offset;
};
enum Root { THETA, GRADIENT, X_ROOT, Y_ROOT, S_ROOT, WORK, FIRST_OF_LIST };  // then masks, or the optimiser's state

// Numbers that a step sets: samples, sum of their weights, t, learning rate; and the J that it reads.
enum Number { SAMPLES, WEIGHTS, T, LEARNING_RATE, COST };

// What Python hands in, `Task` of task.py: whole numbers and addresses of 8 bytes each.
struct Task {
    int64_t number_bytes;                            // 4 or 8, of float32 or float64
    const int64_t *pass, *update;                    // programs
    const Place *pass_places, *update_places;
    int64_t pass_arrays, update_arrays;
    int64_t *dimensions;                             // sizes by number of the dimension; the first is the part's samples,
    int64_t dimension_P;                             // and this one theta's entries that a thread updates
    double *numbers;
    void *rounded;                                   // the numbers in the arrays' type
    void *arrays, *registers, *work, *panels, *x_work, *y_work, *s_work, *spare;
    void *const *masks_work;
    const int64_t *mask_rows;
    int64_t masks_count;
    void *const *state;
    void *theta, *gradients, *best;
    const void *rows, *targets, *weights, *masks;
    const int64_t *order;
    int64_t order_size;
    const double *learning_rates;
    double *costs, *shares, *partials;               // `partials`: of sums over theta, a row of `blocks` for each
    int64_t blocks;
    int64_t *counters;
    int64_t features, outputs, samples, batch, parameters, steps, first_step;
    int64_t whole, by_features, watch, parts, groups, rank, ranks, mask_numbers;
    int64_t process, processes;                      // of a step's samples each process has a part
    void (*reduce)(void);                            // where there are several: adds up `shares` and the gradient
    double best_cost;
};

namespace {

// Publish that this thread has reached barrier number `count`, and wait until all have.
void barrier(int64_t *counters, int64_t rank, int64_t ranks, int64_t count) {
    const int64_t line = 8;  // numbers of 64 bits in a cache line: each thread has its own
    __atomic_store_n(counters + rank * line, count, __ATOMIC_RELEASE);
    for (int64_t other = 0; other < ranks; other++)
        for (int64_t reads = 1; __atomic_load_n(counters + other * line, __ATOMIC_ACQUIRE) < count; reads++)
            if (reads > 2000) YIELD();
}

// While one lives, numbers too small to be normal are zeros. The moments of a unit whose gradient stays 0 shrink until
// they are such numbers, and a processor may take a hundred times as long for each.
struct WithoutSubnormals {
#if defined(__SSE__)
    unsigned before = __builtin_ia32_stmxcsr();
    WithoutSubnormals() { __builtin_ia32_ldmxcsr(before | 0x8040); }  // of results, and of operands
    ~WithoutSubnormals() { __builtin_ia32_ldmxcsr(before); }
#elif defined(__aarch64__)
    uint64_t before;
    WithoutSubnormals() {
        __asm__ volatile("mrs %0, fpcr" : "=r"(before));
        __asm__ volatile("msr fpcr, %0" : : "r"(before | 1 << 24));
    }
    ~WithoutSubnormals() { __asm__ volatile("msr fpcr, %0" : : "r"(before)); }
#endif
};

template <class F> struct Machine {
    typedef Loops<F> L;
    static constexpr int64_t block = L::block;
    Task &task;
    F **at;              // of each array of the program
    int64_t barriers = 0;
    int64_t first = 0;   // entry of theta where this thread's slice begins

    explicit Machine(Task &given) : task(given), at((F **)given.arrays) {}

    void meet() {
        if (task.ranks > 1) barrier(task.counters, task.rank, task.ranks, ++barriers);
    }

    void set(int64_t number, double value) {
        task.numbers[number] = value;
        ((F *)task.rounded)[number] = (F)value;
    }

    // ------------------------------------------------------------ instructions
    enum Instruction { END, NUMBER, PRODUCT, LOOP, JOIN, GROUPED, REST };

    void run(const int64_t *code) {
        for (;;) switch (*code++) {
            case END: return;
            case NUMBER: code = number(code); break;
            case PRODUCT: code = product(code); break;
            case LOOP: code = loop(code); break;
            case JOIN: code = join(code); break;
            case GROUPED: code = grouped(code); break;
            case REST: code = rest(code); break;
        }
    }

    // NUMBER operation to a b c: an operation on numbers
    const int64_t *number(const int64_t *code) {
        const double *numbers = task.numbers;
        double result;
        Loops<double>::functions.of[code[0]][0](
            &result, {numbers + code[2], numbers + code[3], numbers + code[4], 0, 0, 0}, 1);
        set(code[1], result);
        return code + 5;
    }

    // PRODUCT a a_is_transposed b b_is_transposed c bias n k m a_line: C = A B + bias, the last four being dimensions;
    // a line of A is what lies together, of which the product may take only the first numbers
    const int64_t *product(const int64_t *code) {
        const int64_t *size = task.dimensions;
        int64_t n = size[code[6]], k = size[code[7]], m = size[code[8]], line = size[code[9]];
        Matrix<const F> a = {at[code[0]], line, 1}, b = {at[code[2]], m, 1};
        if (code[1]) a = {at[code[0]], 1, line};
        if (code[3]) b = {at[code[2]], 1, k};
        Product<F>::multiply(a, b, {at[code[4]], m, 1}, n, k, m, code[5] < 0 ? nullptr : at[code[5]],
                             (F *)task.panels);
        return code + 10;
    }

    // GROUPED a x x_is_transposed x_by_samples c bias g n k m x_rows: C_j = A_j X_j + bias_j for each group j, X_j being
    // the group's rows of X, or transposed. The other matrices of the groups lie one after the other.
    const int64_t *grouped(const int64_t *code) {
        const int64_t *size = task.dimensions;
        int64_t g = size[code[6]], n = size[code[7]], k = size[code[8]], m = size[code[9]];
        int64_t rows = code[2] ? m : k, samples = code[2] ? k : m;
        int64_t next_row = code[3] ? 1 : samples, next_sample = code[3] ? size[code[10]] : 1;
        for (int64_t j = 0; j < g; j++) {
            Matrix<const F> a = {at[code[0]] + j * n * k, k, 1};
            Matrix<const F> x = {at[code[1]] + j * rows * next_row, next_row, next_sample};
            if (code[2]) x = {x.at, next_sample, next_row};
            Product<F>::multiply(a, x, {at[code[4]] + j * n * m, m, 1}, n, k, m,
                                 code[5] < 0 ? nullptr : at[code[5]] + j * n, (F *)task.panels);
        }
        return code + 11;
    }

    // REST x x_by_samples c rest m x_rows c_rows: the last `rest` rows of X become those of C.
    const int64_t *rest(const int64_t *code) {
        const int64_t *size = task.dimensions;
        int64_t count = size[code[3]], m = size[code[4]], rows = size[code[5]];
        F *to = at[code[2]] + (size[code[6]] - count) * m;
        const F *from = at[code[0]];
        if (!code[1]) __builtin_memcpy(to, from + (rows - count) * m, count * m * sizeof(F));
        else for (int64_t i = 0; i < count; i++)
            for (int64_t q = 0; q < m; q++) to[i * m + q] = from[q * rows + rows - count + i];
        return code + 7;
    }

    // JOIN number slot: the sum of the blocks' sums, of all threads
    const int64_t *join(const int64_t *code) {
        meet();
        double sum = 0;
        for (int64_t i = 0; i < task.blocks; i++) sum += task.partials[code[1] * task.blocks + i];
        set(code[0], sum);
        return code + 2;
    }

    // LOOP rows columns is_flat count, then `count` operations of eight words: operation to a b c d e f, or of a
    // reduction: operation to slot a
    const int64_t *loop(const int64_t *code) {
        int64_t rows = task.dimensions[code[0]], columns = task.dimensions[code[1]], count = code[3];
        if (code[2]) columns *= rows, rows = 1;  // one entry after the other
        const int64_t *operations = code + 4;
        int64_t width = smaller(columns, block), height = smaller(block / larger<int64_t>(width, 1), rows);
        int64_t i = 0;
        do {  // once at least: a sum of nothing is 0
            int64_t j = 0;
            do block_of(operations, count, columns, i, smaller(height, rows - i), j, smaller(width, columns - j));
            while ((j += width) < columns);
        } while ((i += height) < rows);
        return operations + length * count;
    }

    static constexpr int64_t length = 8;

    // An operand is 8 times an index, plus what it is the index of.
    enum Operand { NOTHING, REGISTER, ARRAY, A_NUMBER };

    F *address(int64_t operand, int64_t offset) const {
        int64_t index = operand >> 3;
        switch (operand & 7) {
            case REGISTER: return (F *)task.registers + index * block;
            case ARRAY: return at[index] + offset;
            default: return (F *)task.rounded + index;
        }
    }

    // The operations of a loop on rows i ... i + height, columns j ... j + width.
    void block_of(const int64_t *code, int64_t count, int64_t columns, int64_t i, int64_t height, int64_t j,
                  int64_t width) {
        int64_t offset = i * columns + j, n = height * width;
        const F *rounded = (const F *)task.rounded;
        for (; count > 0; count--, code += length) {
            int64_t a = code[2], b = code[3], c = code[4];
            if (code[0] < OPERATIONS_END) {
                auto is_array = [](int64_t operand) { return ((operand & 7) == REGISTER) | ((operand & 7) == ARRAY); };
                L::functions.of[code[0]][is_array(a) + 2 * is_array(b) + 4 * is_array(c)](
                    address(code[1], offset),
                    {address(a, offset), address(b, offset), address(c, offset), rounded[code[5] >> 3],
                     rounded[code[6] >> 3], rounded[code[7] >> 3]}, n);
                continue;
            }
            const F *from = address(code[0] < EXPAND_COLUMN ? b : a, offset);
            switch (code[0]) {
                case ROW_SUMS:
                    for (int64_t r = 0; r < height; r++) {
                        F sum = sum_of(from + r * width, width), *to = at[code[1] >> 3] + i + r;
                        *to = j == 0 ? sum : *to + sum;
                    }
                    break;
                case COLUMN_SUMS: case COLUMN_MAX: {
                    F *to = at[code[1] >> 3] + j;
                    for (int64_t r = 0; r < height; r++, from += width)
                        if (i + r == 0) __builtin_memcpy(to, from, width * sizeof(F));
                        else L::functions.of[code[0] == COLUMN_SUMS ? OP_add : OP_maximum][3](to, {to, from, from, 0, 0, 0}, width);
                    break;
                }
                case TOTAL: {
                    F sum = sum_of(from, n);
                    if (a < 0) set(code[1] >> 3, (offset ? task.numbers[code[1] >> 3] : 0) + sum);
                    else if (n > 0) task.partials[a * task.blocks + (first + offset) / block] = sum;
                    break;  // an empty slice has no block of its own
                }
                case EXPAND_COLUMN:
                    for (int64_t r = 0; r < height; r++) {
                        F *to = address(code[1], 0) + r * width, entry = at[a >> 3][i + r];
                        for (int64_t q = 0; q < width; q++) to[q] = entry;
                    }
                    break;
                case EXPAND_ROW:  // once, unless the next block has other columns
                    if (i == 0 || width < columns) for (int64_t r = 0; r < height; r++)
                        __builtin_memcpy(address(code[1], 0) + r * width, at[a >> 3] + j, width * sizeof(F));
                    break;
            }
        }
    }

    // ------------------------------------------------------------ a step
    // Find the arrays of a program; of those in the list, the entries from `start` on.
    void place(const Place *places, int64_t count, F *const *roots, void *const *list, int64_t start) {
        for (int64_t i = 0; i < count; i++) {
            int64_t root = places[i].root;
            at[i] = (root < FIRST_OF_LIST ? roots[root] : (F *)list[root - FIRST_OF_LIST] + start) + places[i].offset;
        }
    }

    // Copy the samples low ... high of the step that begins at `start` of the order.
    void gather(int64_t start, int64_t low, int64_t high, F *x, F *y, F *s) {
        int64_t m = high - low, features = task.features;
        const F *rows = (const F *)task.rows, *targets = (const F *)task.targets, *weights = (const F *)task.weights;
        const int64_t *chosen = task.order + start;
        auto sample = [&](int64_t q) { return task.whole ? low + q : chosen[low + q]; };
        for (int64_t i = 0; i < task.outputs; i++, y += m, targets += task.samples)
            for (int64_t q = 0; q < m; q++) y[q] = targets[sample(q)];
        for (int64_t q = 0; weights && q < m; q++) s[q] = weights[sample(q)];
        for (int64_t q = 0; !task.whole && q < m; q++) {
            const F *row = rows + chosen[low + q] * features;
            if (!task.by_features) __builtin_memcpy(x + q * features, row, features * sizeof(F));
            else for (int64_t i = 0; i < features; i++) x[i * m + q] = row[i];
        }
        if (task.whole && task.by_features)  // `rows` is then (features, samples)
            for (int64_t i = 0; i < features; i++)
                __builtin_memcpy(x + i * m, rows + i * task.samples + low, m * sizeof(F));
    }

    // The columns low ... high of the masks of a step with m_all samples.
    void gather_masks(int64_t done, int64_t low, int64_t m, int64_t m_all) {
        const F *from = (const F *)task.masks + done * task.mask_numbers;
        for (int64_t l = 0; l < task.masks_count; l++) {
            F *to = (F *)task.masks_work[l];
            for (int64_t i = 0; i < task.mask_rows[l]; i++, from += m_all, to += m)
                __builtin_memcpy(to, from + low, m * sizeof(F));
        }
    }

    double sum_of_weights(int64_t start, int64_t m) const {
        const F *weights = (const F *)task.weights;
        double sum = 0;
        for (int64_t q = 0; q < m; q++) sum += weights[task.whole ? q : task.order[start + q]];
        return sum;
    }

    // The parts of a group, one after the other; their gradients add up. Of m_all samples they divide this process's.
    void pass(int64_t group, int64_t done, int64_t start, int64_t m_all, F *theta) {
        const int64_t own = m_all * task.process / task.processes, m_own = m_all * (task.process + 1) / task.processes - own;
        const int64_t parts = task.parts, groups = task.groups, first_part = group * parts / groups;
        F *sum = (F *)task.gradients + group * task.parameters, *gradient = parts > groups ? (F *)task.spare : sum;
        for (int64_t part = first_part; part < (group + 1) * parts / groups; part++) {
            int64_t low = own + m_own * part / parts, m = own + m_own * (part + 1) / parts - low;
            bool in_place = task.whole && !task.by_features;
            F *x = in_place ? (F *)task.rows + low * task.features : (F *)task.x_work + low * task.features;
            F *y = (F *)task.y_work + low * task.outputs, *s = (F *)task.s_work + low;
            if (!task.whole || done == 0) gather(start, low, low + m, x, y, s);
            gather_masks(done, low, m, m_all);
            task.dimensions[0] = m;
            F *roots[] = {theta, gradient, x, y, s, (F *)task.work};
            place(task.pass_places, task.pass_arrays, roots, task.masks_work, 0);
            run(task.pass);
            task.shares[part] = task.numbers[COST];
            if (part == first_part && gradient != sum) __builtin_memcpy(sum, gradient, task.parameters * sizeof(F));
            else if (gradient != sum) L::add(sum, gradient, task.parameters);
        }
    }

    // Run the steps; return how many had a finite J.
    int64_t steps() {
        const int64_t P = task.parameters, blocks = (P + block - 1) / block;
        first = smaller(blocks * task.rank / task.ranks * block, P);
        const int64_t end = smaller(blocks * (task.rank + 1) / task.ranks * block, P), n = end - first;
        F *theta = (F *)task.theta, *gradients = (F *)task.gradients;
        const int64_t B = smaller(task.batch, task.samples);
        task.dimensions[task.dimension_P] = n;
        for (int64_t done = 0; done < task.steps; done++) {
            int64_t start = done * B, m_all = B;
            if (!task.whole) m_all = smaller(B, task.order_size - start);
            set(SAMPLES, (double)m_all);
            if (task.weights) set(WEIGHTS, sum_of_weights(start, m_all));
            for (int64_t group = task.rank; group < task.groups; group += task.ranks) pass(group, done, start, m_all, theta);
            meet();
            for (int64_t group = 1; group < task.groups; group++)
                L::add(gradients + first, gradients + group * P + first, n);
            if (task.reduce) {
                meet();
                if (task.rank == 0) task.reduce();
                meet();
            }
            double J = 0;
            for (int64_t part = 0; part < task.parts; part++) J += task.shares[part];
            if (!((F)J - (F)J == 0)) return done;
            if (task.watch && (F)J < task.best_cost) {
                task.best_cost = (F)J;
                __builtin_memcpy((F *)task.best + first, theta + first, n * sizeof(F));
            }
            if (task.rank == 0) task.costs[done] = (F)J;
            set(T, (double)(task.first_step + done));
            set(LEARNING_RATE, task.learning_rates[done]);
            F *roots[] = {theta + first, gradients + first, nullptr, nullptr, nullptr, (F *)task.work};
            place(task.update_places, task.update_arrays, roots, task.state, first);
            run(task.update);
            meet();
        }
        return task.steps;
    }
};

}  // namespace

// Run steps of a task, as thread `rank` of `ranks`; return how many had a finite J.
EXPORT int64_t ENTRY(run)(Task *task) {
    WithoutSubnormals within;
    return task->number_bytes == 4 ? Machine<float>(*task).steps() : Machine<double>(*task).steps();
}

// C (n, m) = A (n, k) B (k, m), for the tests and the bench; strides in numbers, the rows of C contiguous.
EXPORT void ENTRY(product)(int64_t number_bytes, const void *a, int64_t a_row, int64_t a_column, const void *b,
                           int64_t b_row, int64_t b_column, void *c, int64_t c_row, int64_t n, int64_t k, int64_t m,
                           const void *bias, void *panels) {
    if (number_bytes == 4)
        Product<float>::multiply({(const float *)a, a_row, a_column}, {(const float *)b, b_row, b_column},
                                 {(float *)c, c_row, 1}, n, k, m, (const float *)bias, (float *)panels);
    else
        Product<double>::multiply({(const double *)a, a_row, a_column}, {(const double *)b, b_row, b_column},
                                  {(double *)c, c_row, 1}, n, k, m, (const double *)bias, (double *)panels);
}

// One operation of the table over n entries, for the tests; `arrays` says which of a, b, c are not numbers, by bits.
EXPORT void ENTRY(entries)(int64_t number_bytes, int64_t operation, int64_t arrays, void *to, const void *a,
                           const void *b, const void *c, double d, double e, double f, int64_t n) {
    if (number_bytes == 4)
        Loops<float>::functions.of[operation][arrays](
            (float *)to, {(const float *)a, (const float *)b, (const float *)c, (float)d, (float)e, (float)f}, n);
    else
        Loops<double>::functions.of[operation][arrays](
            (double *)to, {(const double *)a, (const double *)b, (const double *)c, d, e, f}, n);
}

// Numbers of a type that `panels` must hold, numbers in a block, and bytes of a task: Python asks, and repeats nothing.
EXPORT int64_t ENTRY(panel_numbers)(int64_t number_bytes) {
    return number_bytes == 4 ? Product<float>::workspace : Product<double>::workspace;
}
EXPORT int64_t ENTRY(block_numbers)(int64_t number_bytes) {
    return number_bytes == 4 ? Loops<float>::block : Loops<double>::block;
}
EXPORT int64_t ENTRY(task_bytes)(void) { return sizeof(Task); }

// What Python and the library agree on; it rises whenever `Task` or the words change.
EXPORT int ENTRY(abi)(void) { return 4; }
