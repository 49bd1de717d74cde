// Only the depth is wanted: the picture that the key light sees.
void main() {}
