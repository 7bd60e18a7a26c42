# shellcheck shell=bash
# What the grader needs on a GPU: a driver with a GPU, and a full install of libtorch with CUDA. Sourced after load.sh.

# A full install: the wheels, and what pip unpacks of them.
readonly CUDA_DISK_MEBIBYTES=9000

# Asked before anything is fetched. The driver's own tool is on every machine where CUDA can work.
require_gpu() {
    command -v nvidia-smi >/dev/null ||
        fail "no GPU: nvidia-smi is not on the PATH" \
            "run this on a machine with an NVIDIA GPU and its driver; everything else works without"
    [[ -n $(gpu_property name) ]] ||
        fail "no GPU: nvidia-smi is there and shows none" \
            "see what nvidia-smi says; in a container, pass the GPU on to it"
}

# gpu_property NAME: of the first GPU, empty where there is none.
gpu_property() {
    nvidia-smi --query-gpu="$1" --format=csv,noheader 2>/dev/null </dev/null | sed -n 1p
}

# Sets and exports LIBTORCH_CUDA, making the install where there is none. The user's own, and a libtorch with CUDA that
# the grader is built with, are used as they are: the grader itself checks them and says what is wrong.
provide_cuda() {
    if [[ -z ${LIBTORCH_CUDA:-} ]]; then
        LIBTORCH_CUDA=$LIBTORCH
        [[ -e $LIBTORCH/lib/libtorch_cuda.so ]] || install_cuda
    fi
    export LIBTORCH_CUDA
}

# The same wheel that the CPU part was taken from, checked by its hash, this time with all libraries that it needs. Their
# versions are the ones that the wheel itself demands, to the last number.
install_cuda() {
    local cache folder requirement
    cache=$(cache_folder)
    folder=$cache/libtorch-cuda-$LIBTORCH_VERSION
    LIBTORCH_CUDA=$folder/torch
    [[ ! -d $folder ]] || return 0
    require_supported_platform
    require_download_tools
    mkdir -p -- "$cache"
    require_free_disk "$cache" "$CUDA_DISK_MEBIBYTES"
    requirement=$(grep '^torch==' "$LIBTORCH_WHEELS")
    rm -rf -- "$folder.partial"
    mkdir -p -- "$folder.partial/temporary"
    fetch_and_install "$requirement" "$folder.partial" ||
        fail "pip could not install ${requirement%% *} with the libraries of CUDA" \
            "check the network and pip's settings for a proxy or mirror, then run this again" \
            "or set LIBTORCH_CUDA to a full install of libtorch $LIBTORCH_VERSION with CUDA"
    same_build "$folder.partial/torch" ||
        fail "the libtorch in $folder.partial is another build than the one in $LIBTORCH" \
            "unset LIBTORCH, so that scripts/setup fetches the one that fits" \
            "or set LIBTORCH_CUDA to the full install that yours was taken from"
    rm -rf -- "$folder.partial/temporary"
    # The folder gets its name only when it is complete, so its presence is enough.
    mv -- "$folder.partial" "$folder"
}

# fetch_and_install REQUIREMENT FOLDER
fetch_and_install() {
    local downloads=$2/temporary/downloads
    step 1 2 "download ${1%% *} (${1##*# })" download_wheel "$1" "$downloads" &&
        step 2 2 "install it with the libraries of CUDA into $2 (about 5 GB)" \
            pip_install "$(wheel_of "$1" "$downloads")" "$2"
}

# pip_install WHEEL FOLDER: into a folder of its own; no Python of this machine is changed.
pip_install() {
    local platform
    local -a options=(--only-binary=:all: --no-cache-dir --no-compile --disable-pip-version-check --no-input --retries 5
        --python-version 3.12 --implementation cp --abi cp312)
    for platform in manylinux_2_28 manylinux_2_27 manylinux_2_25 manylinux_2_17 manylinux2014; do
        options+=(--platform "${platform}_x86_64")
    done
    TMPDIR=$2/temporary python3 -m pip install "${options[@]}" --target "$2" "$1" >&2 </dev/null
}

# same_build FOLDER: whether its CPU part is the very file that the grader is built with; CUDA's part fits no other.
same_build() {
    cmp --silent -- "$1/lib/libtorch_cpu.so" "$LIBTORCH/lib/libtorch_cpu.so"
}

# Which build the CUDA part is of, such as 2.11.0+cu130.
cuda_build() {
    local version=
    if [[ -r $LIBTORCH_CUDA/version.py ]]; then
        version=$(sed -n "s/^__version__ = ['\"]\(.*\)['\"]$/\1/p" "$LIBTORCH_CUDA/version.py")
    elif [[ -r $LIBTORCH_CUDA/build-version ]]; then
        read -r version <"$LIBTORCH_CUDA/build-version" || true
    fi
    printf '%s\n' "${version:-an install that does not tell its version}"
}
