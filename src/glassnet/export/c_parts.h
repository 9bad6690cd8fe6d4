/* Functions that exported C files are made of: those that a model needs are copied, with NAME in place of theirs. */

/* FUNCTION is_missing */
static inline float *NAME_is_missing(float *x, double v)
{
    *x = isnan(v) ? 1.0f : 0.0f;
    return x + 1;
}

/* FUNCTION scaled: z = (v - median) / spread, brought within -3 and 3; a missing v is the median */
static inline float *NAME_scaled(float *x, double v, double median, double spread)
{
    double z = isnan(v) ? 0.0 : (v - median) / spread;
    *x = (float)(fabs(z) > 1e6 ? (z > 0 ? 3.0 : -3.0) : z / sqrt(1 + z * z / 9));
    return x + 1;
}

/* FUNCTION linear: z = (v - median) / spread; a missing v is the median */
static inline float *NAME_linear(float *x, double v, double median, double spread)
{
    double z = isnan(v) ? 0.0 : (v - median) / spread;
    *x = (float)(z > 1e6 ? 1e6 : z < -1e6 ? -1e6 : z);
    return x + 1;
}

/* FUNCTION bins: for each bin how much of it lies below v, from 0 to 0.5; a missing v is the median */
static inline float *NAME_bins(float *x, double v, double median, const double *edges, int n)
{
    int j;
    v = isnan(v) ? median : v;
    for (j = 0; j < n; j++) {
        double part = (v - edges[j]) / (edges[j + 1] - edges[j]);
        x[j] = (float)(0.5 * (part < 0 ? 0 : part > 1 ? 1 : part));
    }
    return x + n;
}

/* FUNCTION index_of: which of n values a text is; n for another one */
static inline int NAME_index_of(const char *text, const char *const *values, int n)
{
    int j = 0;
    while (j < n && strcmp(text, values[j]) != 0)
        j++;
    return j;
}

/* FUNCTION one_of: for each value 1 where the text is it, else 0; then whether it is another one, and whether none */
static inline float *NAME_one_of(float *x, const char *text, const char *const *values, int n, int other, int missing)
{
    int j, lost = text == NULL || *text == '\0';
    for (j = 0; j < n + other + missing; j++)
        x[j] = 0;
    j = lost ? n : NAME_index_of(text, values, n);
    if (!lost && (j < n || other))
        x[j] = 1;
    if (lost && missing)
        x[n + other] = 1;
    return x + n + other + missing;
}

/* FUNCTION means: the numbers that belong to a text; 0 for one that is not known */
static inline float *NAME_means(float *x, const char *text, const char *const *values, const float *means, int n, int width)
{
    int i, j = text == NULL ? n : NAME_index_of(text, values, n);
    for (i = 0; i < width; i++)
        x[i] = j < n ? means[j * width + i] : 0;
    return x + width;
}

/* FUNCTION modulo */
static inline double NAME_modulo(double a, double n)
{
    return a - n * floor(a / n);
}

/* FUNCTION since_march: days since the first of March; the year, of 400 which begin then (Hinnant 2021) */
static inline int NAME_since_march(double v, int *year)
{
    int day = (int)NAME_modulo(floor(v / 86400) + 719468, 146097);
    *year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    return day - (365 * *year + *year / 4 - *year / 100);
}

/* FUNCTION day_of_year: from 0 */
static inline int NAME_day_of_year(double v)
{
    int year, day = NAME_since_march(v, &year);
    int leap = year % 4 == 0 && (year % 100 != 0 || year == 0);
    return day >= 306 ? day - 306 : day + 59 + leap;
}

/* FUNCTION circle: sine and cosine of the angle of a position among n, and of its multiples */
static inline float *NAME_circle(float *x, double v, int position, int n, int harmonics)
{
    int h;
    for (h = 1; h <= harmonics; h++) {
        double angle = 6.283185307179586 * h * position / n;
        *x++ = isnan(v) ? 0 : (float)sin(angle);
        *x++ = isnan(v) ? 0 : (float)cos(angle);
    }
    return x;
}

/* FUNCTION season: of the day of the year */
static inline float *NAME_season(float *x, double v)
{
    return NAME_circle(x, v, isnan(v) ? 0 : NAME_day_of_year(v), 366, 1);
}

/* FUNCTION year_day: of the day of the year */
static inline float *NAME_year_day(float *x, double v)
{
    return NAME_circle(x, v, isnan(v) ? 0 : NAME_day_of_year(v), 366, 3);
}

/* FUNCTION clock: of the minute of the day */
static inline float *NAME_clock(float *x, double v)
{
    return NAME_circle(x, v, isnan(v) ? 0 : (int)NAME_modulo(floor(v / 60), 1440), 1440, 6);
}

/* FUNCTION day: of the month, from -1 to 1 */
static inline float *NAME_day(float *x, double v)
{
    int year, day = isnan(v) ? 0 : NAME_since_march(v, &year);
    *x = isnan(v) ? 0 : (float)((day - (153 * ((5 * day + 2) / 153) + 2) / 5) / 15.0 - 1);
    return x + 1;
}

/* FUNCTION weekday: 1 for it, Monday first, else 0 */
static inline float *NAME_weekday(float *x, double v)
{
    int j, weekday = isnan(v) ? 7 : (int)NAME_modulo(floor(v / 86400) + 3, 7);
    for (j = 0; j < 7; j++)
        x[j] = j == weekday ? 1.0f : 0.0f;
    return x + 7;
}

/* FUNCTION layer: Z = W A + b; W (n, n_prev) */
static inline void NAME_layer(const float *W, const float *b, const float *A, float *Z, int n, int n_prev)
{
    int i, j;
    for (i = 0; i < n; i++) {
        float z = 0;
        for (j = 0; j < n_prev; j++)
            z += W[i * n_prev + j] * A[j];
        Z[i] = z + b[i];
    }
}

/* FUNCTION layer_int8: Z = step * (W A) + b; W (n, n_prev) are whole numbers of 8 bits */
static inline void NAME_layer_int8(
    const signed char *W, const float *step, const float *b, const float *A, float *Z, int n, int n_prev)
{
    int i, j;
    for (i = 0; i < n; i++) {
        float z = 0;
        for (j = 0; j < n_prev; j++)
            z += (float)W[i * n_prev + j] * A[j];
        Z[i] = step[i] * z + b[i];
    }
}

/* FUNCTION softmax: A = e^Z over its sum */
static inline void NAME_softmax(float *Z, int n)
{
    int i;
    float most = Z[0], sum = 0;
    for (i = 1; i < n; i++)
        most = Z[i] > most ? Z[i] : most;
    for (i = 0; i < n; i++)
        sum += Z[i] = expf(Z[i] - most);
    for (i = 0; i < n; i++)
        Z[i] /= sum;
}
