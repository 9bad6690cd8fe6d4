#!/bin/bash
# Trains a table on several machines of a Slurm cluster: sbatch slurm.sh FOLDER/table.csv TARGET
# FOLDER is on storage that all machines share; the model is written beside the table. Each machine runs one process
# for each of its cores. A process that fails is started again, with all others, from the last checkpoint; so is the
# job where the cluster takes a machine away.
#SBATCH --job-name=glassnet
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=8
#SBATCH --exclusive
#SBATCH --requeue
#SBATCH --output=glassnet-%j.log
set -euo pipefail
data=$1
target=$2
first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)

srun torchrun \
  --nnodes="$SLURM_NNODES" --nproc-per-node="${SLURM_CPUS_PER_TASK:-1}" --max-restarts=10 \
  --rdzv-backend=c10d --rdzv-endpoint="$first:29400" --rdzv-id="$SLURM_JOB_ID" \
  -m glassnet train "$data" --target "$target" --seed 1 --out "${data%.*}.glassnet"
