"""CR2 and its degrees of freedom as clubSandwich prints them for public data."""

import numpy as np
import pytest
from scipy.stats import t

from marrowgate.stats.cluster_robust import robust_variance
from marrowgate.stats.mixed import Fitted, LongData, pad

# body weights of 50 chicks on four diets, days 0, 2, ... 20 and 21, some lost early (Crowder and Hand 1990, Analysis of
# Repeated Measures, example 5.3; `ChickWeight` of R's datasets)
DAYS = (*range(0, 21, 2), 21)
DIETS = (20, 10, 10, 10)
CHICKS = """
42 51 59 64 76 93 106 125 149 171 199 205
40 49 58 72 84 103 122 138 162 187 209 215
43 39 55 67 84 99 115 138 163 187 198 202
42 49 56 67 74 87 102 108 136 154 160 157
41 42 48 60 79 106 141 164 197 199 220 223
41 49 59 74 97 124 141 148 155 160 160 157
41 49 57 71 89 112 146 174 218 250 288 305
42 50 61 71 84 93 110 116 126 134 125
42 51 59 68 85 96 90 92 93 100 100 98
41 44 52 63 74 81 89 96 101 112 120 124
43 51 63 84 112 139 168 177 182 184 181 175
41 49 56 62 72 88 119 135 162 185 195 205
41 48 53 60 65 67 71 70 71 81 91 96
41 49 62 79 101 128 164 192 227 248 259 266
41 49 56 64 68 68 67 68
41 45 49 51 57 51 54
42 51 61 72 83 89 98 103 113 123 133 142
39 35
43 48 55 62 65 71 82 88 106 120 144 157
41 47 54 58 65 73 77 89 98 107 115 117
40 50 62 86 125 163 217 240 275 307 318 331
41 55 64 77 90 95 108 111 131 148 164 167
43 52 61 73 90 103 127 135 145 163 170 175
42 52 58 74 66 68 70 71 72 72 76 74
40 49 62 78 102 124 146 164 197 231 259 265
42 48 57 74 93 114 136 147 169 205 236 251
39 46 58 73 87 100 115 123 144 163 185 192
39 46 58 73 92 114 145 156 184 207 212 233
39 48 59 74 87 106 134 150 187 230 279 309
42 48 59 72 85 98 115 122 143 151 157 150
42 53 62 73 85 102 123 138 170 204 235 256
41 49 65 82 107 129 159 179 221 263 291 305
39 50 63 77 96 111 137 144 151 146 156 147
41 49 63 85 107 134 164 186 235 294 327 341
41 53 64 87 123 158 201 238 287 332 361 373
39 48 61 76 98 116 145 166 198 227 225 220
41 48 56 68 80 83 103 112 135 157 169 178
41 49 61 74 98 109 128 154 192 232 280 290
42 50 61 78 89 109 130 146 170 214 250 272
41 55 66 79 101 120 154 182 215 262 295 321
42 51 66 85 103 124 155 153 175 184 199 204
42 49 63 84 103 126 160 174 204 234 269 281
42 55 69 96 131 157 184 188 197 198 199 200
42 51 65 86 103 118 127 138 145 146
41 50 61 78 98 117 135 141 147 174 197 196
40 52 62 82 101 120 144 156 173 210 231 238
41 53 66 79 100 123 148 157 168 185 210 205
39 50 62 80 104 125 154 170 222 261 303 322
40 53 64 85 108 128 152 166 184 203 233 237
41 54 67 84 105 122 155 175 205 234 264 264
"""


def chicks() -> tuple[LongData, Fitted]:
    """Return the weights and the least squares fit of weight on diet, time and their product."""
    weights = [[float(word) for word in line.split()] for line in CHICKS.strip().splitlines()]
    diet = np.repeat(np.arange(4), DIETS)
    names = [str(n) for n, own in enumerate(weights) for _ in own]
    time = np.array([DAYS[place] for own in weights for place in range(len(own))], dtype=np.float64)
    which = np.array([diet[n] for n, own in enumerate(weights) for _ in own])
    diets = np.column_stack([which == number for number in (1, 2, 3)]).astype(np.float64)
    x = np.column_stack([np.ones(time.size), diets, time, diets * time[:, None]])
    y = np.concatenate(weights)
    beta, *_ = np.linalg.lstsq(x, y, rcond=None)
    residual = y - x @ beta
    variance = float(residual @ residual) / (y.size - x.shape[1])
    covariance = variance * np.linalg.inv(x.T @ x)
    data = pad(names, y.tolist(), x, time.tolist(), [0.0] * y.size)
    # independent errors: no spread of intercepts
    return data, Fitted(beta, covariance, np.array([0.5 * np.log(variance), -40.0]), "intercept", converged=True)


@pytest.mark.parametrize(
    ("coefficient", "estimate", "error", "df", "p"),
    [(5, 1.77, 1.49, 18.8, 0.2497), (6, 4.58, 1.35, 18.8, 0.0031), (7, 2.87, 1.01, 18.3, 0.0105)],
)
def test_robust_variance__as_clubsandwich_prints_it(
    coefficient: int, estimate: float, error: float, df: float, p: float
) -> None:
    # reference page of coef_test in clubSandwich: lm(weight ~ Diet * Time, data = ChickWeight), vcov = "CR2",
    # cluster = Chick; rows Diet2:Time, Diet3:Time, Diet4:Time with SE, d.f. (Satt) and p-val (Satt)
    data, fitted = chicks()
    assert int(data.present.sum()) == 578
    variance, found = robust_variance(data, fitted, np.eye(8)[coefficient])
    assert round(float(fitted.beta[coefficient]), 2) == estimate
    assert round(float(np.sqrt(variance)), 2) == error
    assert round(found, 1) == df
    assert round(float(2 * t.sf(fitted.beta[coefficient] / np.sqrt(variance), found)), 4) == p
