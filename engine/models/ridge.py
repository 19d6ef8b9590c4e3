"""The mathematics of EASE: from who likes what to the weights B of title on title, in place and in small steps.

Two ways, for many and for few people, give the same B = -P / diag(P), diag(B) = 0, with P = (X'X + D)^-1 and a
diagonal D of each title's l2 (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data", equation 8). They
yield how many titles are done and never hold more than one L x L matrix and a block of columns.

Shapes: U people, L liked titles, b titles of a block.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from scipy.sparse import csr_array, diags_array
from torch import Tensor

from engine.data.dataset import Float32

BLOCK, _BANDS = 384, 10


def gram_matrix(likes_UL: csr_array, gram_LL: Tensor) -> Iterator[int]:
    """Write X'X, how much two titles occur together, into `gram_LL`, a block of rows at a time."""
    titles = gram_LL.shape[0]
    likes_LU = likes_UL.T.tocsr()
    for start in range(0, titles, BLOCK):
        block_bL = (likes_LU[start : start + BLOCK] @ likes_UL).toarray()
        gram_LL[start : start + BLOCK] = torch.from_numpy(block_bL)
        yield min(start + BLOCK, titles)


def invert_by_sweeping(matrix_LL: Tensor) -> Iterator[int]:
    """Turn a symmetric positive definite matrix A into -A^-1 in place, a block of pivots at a time.

    The block form of the sweep operator (Goodnight 1979, "A Tutorial on the SWEEP Operator"): nearly all of its time
    is one matrix product per block, it can be paused between blocks, and it needs no second matrix. What lies right of
    a band's own square is left alone until the end, when it is copied from below: half the product is saved.
    """
    titles = matrix_LL.shape[0]
    for start in range(0, titles, BLOCK):
        pivots = slice(start, min(start + BLOCK, titles))
        inverse_bb = torch.linalg.inv(matrix_LL[pivots, pivots].double()).to(matrix_LL.dtype)
        before, after = slice(0, start), slice(pivots.stop, titles)
        columns_Lb = torch.zeros((titles, len(inverse_bb)), dtype=matrix_LL.dtype)
        columns_Lb[before] = matrix_LL[pivots, before].T
        columns_Lb[after] = matrix_LL[after, pivots]
        scaled_Lb = columns_Lb @ inverse_bb
        for band in _bands(titles):
            left = slice(0, band.stop)
            matrix_LL[band, left].addmm_(scaled_Lb[band], columns_Lb[left].T, alpha=-1.0)
        matrix_LL[pivots, before] = scaled_Lb[before].T
        matrix_LL[after, pivots] = scaled_Lb[after]
        matrix_LL[pivots, pivots] = -inverse_bb
        yield pivots.stop
    for start in range(0, titles, BLOCK):
        rows, right = slice(start, start + BLOCK), slice(start + BLOCK, titles)
        matrix_LL[rows, right] = matrix_LL[right, rows].T
        yield titles


def _bands(titles: int) -> Iterator[slice]:
    """Some ten bands of rows, each of whole blocks of pivots."""
    height = BLOCK * max(1, round(titles / (_BANDS * BLOCK)))
    for start in range(0, titles, height):
        yield slice(start, min(start + height, titles))


def weights_from_inverse(negative_inverse_LL: Tensor) -> None:
    """Turn -P into B = -P / diag(P) with a zero diagonal, in place."""
    negative_inverse_LL.div_(-negative_inverse_LL.diagonal().clone())
    negative_inverse_LL.fill_diagonal_(0.0)


def weights_through_people(likes_UL: csr_array, weights_LL: Tensor, *, l2_L: Float32) -> Iterator[int]:
    """Write B into `weights_LL` by way of a U x U matrix: far quicker where people are few.

    With Y = X D^-1/2, C C' = I + Y Y' (Cholesky) and W = C^-1 Y, Woodbury's identity makes P = D^-1/2 (I - W'W) D^-1/2,
    so off the diagonal B = D^-1/2 W'W D^1/2 / (1 - diag(W'W)).
    """
    people, titles = likes_UL.shape
    root_L = np.sqrt(l2_L.astype(np.float64))
    scaled = (likes_UL.astype(np.float64) @ diags_array(1.0 / root_L)).tocsc()
    overlap_UU = torch.from_numpy((scaled @ scaled.T).toarray())
    overlap_UU.diagonal().add_(1.0)
    cholesky_UU = torch.linalg.cholesky(overlap_UU)
    whitened_UL = torch.empty((people, titles))
    left_L = torch.empty(titles)
    for start in range(0, titles, BLOCK):
        block_Ub = torch.from_numpy(scaled[:, start : start + BLOCK].toarray())
        solved_Ub = torch.linalg.solve_triangular(cholesky_UU, block_Ub, upper=False)
        whitened_UL[:, start : start + BLOCK] = solved_Ub
        left_L[start : start + BLOCK] = 1.0 - solved_Ub.square().sum(0)
    yield 0
    roots_L = torch.from_numpy(root_L).float()
    for start in range(0, titles, BLOCK):
        rows = slice(start, start + BLOCK)
        torch.mm(whitened_UL[:, rows].T, whitened_UL, out=weights_LL[rows])
        weights_LL[rows].div_(left_L).mul_(roots_L).div_(roots_L[rows, None])
        yield min(start + BLOCK, titles)
    weights_LL.fill_diagonal_(0.0)
